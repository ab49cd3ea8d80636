import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import {
  emailSchema,
  newPasswordRefusals,
  passwordSchema,
  sessionRefusals,
  timeSchema,
  uuidSchema,
} from './shapes.ts';
import { signInAnswerSchema } from './sign-in.ts';

/** The secret of a link from a mail. Opening the link changes nothing; this does. */
const token = z.string().min(1).max(200);
const sent = { status: 202, body: z.strictObject({ state: z.literal('sent') }) } as const;

export const beginRecovery = defineEndpoint({
  method: 'POST',
  path: '/api/recovery',
  summary: 'Send a link to a new password. The answer is the same whether the address has an account or not.',
  caller: 'anyone',
  body: z.strictObject({ email: emailSchema }),
  success: sent,
  refusals: ['slow_down'],
});

export const completeRecovery = defineEndpoint({
  method: 'POST',
  path: '/api/recovery/complete',
  summary: 'Set a new password by such a link. Sessions end; a second factor is asked for as at any sign-in.',
  caller: 'anyone',
  body: z.strictObject({ token, password: passwordSchema }),
  success: { status: 200, body: signInAnswerSchema },
  refusals: [
    'link_invalid',
    ...newPasswordRefusals,
    'password_reused',
    'denied',
    'too_many_sessions',
    'slow_down',
  ],
});

export const verifyEmail = defineEndpoint({
  method: 'POST',
  path: '/api/email/verify',
  summary: 'Confirm an address, or change to it, by the link that was sent there.',
  caller: 'anyone',
  body: z.strictObject({ token }),
  success: { status: 200, body: z.strictObject({ state: z.enum(['verified', 'changed']) }) },
  refusals: ['link_invalid', 'conflict', 'slow_down'],
});

export const undoChanges = defineEndpoint({
  method: 'POST',
  path: '/api/account/undo',
  summary:
    'Take back changes by the link of a notice: the address returns, what was added goes, sessions end, and a new password is set by mail.',
  caller: 'anyone',
  body: z.strictObject({ token }),
  success: { status: 200, body: z.strictObject({ state: z.literal('undone') }) },
  refusals: ['link_invalid', 'conflict', 'slow_down'],
});

export const stopRecovery = defineEndpoint({
  method: 'POST',
  path: '/api/recovery/stop',
  summary: 'Stop a recovery that an administrator started, by the link of its notice.',
  caller: 'anyone',
  body: z.strictObject({ token }),
  success: { status: 200, body: z.strictObject({ state: z.literal('stopped') }) },
  refusals: ['link_invalid', 'slow_down'],
});

export const changeEmail = defineEndpoint({
  method: 'POST',
  path: '/api/email',
  summary:
    'Ask for another e-mail address: it counts once its link was used, and the old one gets a link to undo it.',
  caller: 'session',
  body: z.strictObject({ email: emailSchema }),
  success: sent,
  refusals: [...sessionRefusals, 'slow_down'],
});

export const sendVerification = defineEndpoint({
  method: 'POST',
  path: '/api/email/send-verification',
  summary: 'Send the link that confirms the address of the signed-in person once more.',
  caller: 'session',
  body: z.strictObject({}),
  success: sent,
  refusals: [...sessionRefusals, 'slow_down'],
});

export const adminSendPasswordReset = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/users/{id}/password-reset',
  summary: 'Send a user a link to a new password. No one else ever sees or sets it.',
  caller: 'operator',
  permission: 'start-recovery',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject(tenantQuery),
  body: z.strictObject({}),
  success: sent,
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const recoverySchema = z.strictObject({
  startedBy: z.string(),
  startedAt: timeSchema,
  dueAt: timeSchema,
});
const userPath = { params: z.strictObject({ id: uuidSchema }), query: z.strictObject(tenantQuery) } as const;

export const adminShowRecovery = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/users/{id}/recovery',
  summary: 'The recovery that is under way for a user.',
  caller: 'operator',
  permission: 'read-users',
  ...userPath,
  success: { status: 200, body: recoverySchema },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminStartRecovery = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/users/{id}/recovery',
  summary:
    'Start the recovery of lost second factors: after a delay they are removed. The user is told at once and can stop it.',
  caller: 'operator',
  permission: 'start-recovery',
  ...userPath,
  body: z.strictObject({}),
  success: { status: 201, body: recoverySchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminCancelRecovery = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/users/{id}/recovery',
  summary: 'Cancel a recovery that is under way.',
  caller: 'operator',
  permission: 'start-recovery',
  ...userPath,
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});
