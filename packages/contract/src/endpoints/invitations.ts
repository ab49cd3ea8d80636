import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { creationOptionsSchema, registrationResponseSchema } from '../passkey-shapes.ts';
import { adminRefusals, rolesSchema, tenantQuery } from './admin.ts';
import { emailSchema, pageQuerySchema, passwordSchema, timeSchema, uuidSchema } from './shapes.ts';
import { signInAnswerSchema } from './sign-in.ts';

const groupsSchema = z.array(z.string().regex(/^[a-z0-9][a-z0-9_.:-]{0,63}$/)).max(50);

/** Without the link: that goes to the address and to nobody else. */
export const invitationSchema = z.strictObject({
  id: uuidSchema,
  email: z.string(),
  name: z.string().nullable(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  invitedBy: z.string(),
  createdAt: timeSchema,
  sentAt: timeSchema,
  expiresAt: timeSchema,
});
export type InvitationAnswer = z.infer<typeof invitationSchema>;

const one = { params: z.strictObject({ id: uuidSchema }), query: z.strictObject(tenantQuery) };

export const adminListInvitations = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/invitations',
  summary:
    'Invitations that nobody has accepted, expired ones for a month too; `email` narrows to one address.',
  caller: 'operator',
  permission: 'read-users',
  query: pageQuerySchema.extend({ ...tenantQuery, email: emailSchema.optional() }),
  success: {
    status: 200,
    body: z.strictObject({ invitations: z.array(invitationSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminInvite = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/invitations',
  summary:
    'Invite somebody by mail: a link that works once, for seven days, with which they choose how they sign in. Nobody gives ' +
    'roles that carry more than their own.',
  caller: 'operator',
  permission: 'manage-users',
  query: z.strictObject(tenantQuery),
  body: z.strictObject({
    email: emailSchema,
    name: z.string().max(100).optional(),
    roles: rolesSchema.default([]),
    groups: groupsSchema.default([]),
  }),
  success: { status: 201, body: invitationSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict', 'sign_up_closed'],
});

export const adminRevokeInvitation = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/invitations/{id}',
  summary: 'Take an invitation back: its link opens nothing any more.',
  caller: 'operator',
  permission: 'manage-users',
  ...one,
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminResendInvitation = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/invitations/{id}/resend',
  summary:
    'Send an invitation again, with a new link for another seven days; the old one opens nothing any more.',
  caller: 'operator',
  permission: 'manage-users',
  ...one,
  success: { status: 200, body: invitationSchema },
  refusals: [...adminRefusals, 'not_found', 'slow_down', 'sign_up_closed'],
});

const token = z.string().min(1).max(200);
const refusalsOfUse = ['link_invalid', 'sign_up_closed', 'denied', 'conflict', 'slow_down'] as const;

export const acceptInvitation = defineEndpoint({
  method: 'POST',
  path: '/api/invitation',
  summary:
    'Accept an invitation with a password. The address is confirmed by it, because the link went there alone.',
  caller: 'anyone',
  body: z.strictObject({ token, password: passwordSchema, name: z.string().max(100).optional() }),
  success: { status: 200, body: signInAnswerSchema },
  refusals: [
    ...refusalsOfUse,
    'password_too_short',
    'password_too_long',
    'password_common',
    'password_breached',
  ],
});

export const invitationPasskeyOptions = defineEndpoint({
  method: 'POST',
  path: '/api/invitation/passkey/options',
  summary: 'What a browser needs to make the passkey of somebody who is invited.',
  caller: 'anyone',
  body: z.strictObject({ token }),
  success: { status: 200, body: z.strictObject({ options: creationOptionsSchema }) },
  refusals: refusalsOfUse,
});

export const acceptInvitationWithPasskey = defineEndpoint({
  method: 'POST',
  path: '/api/invitation/passkey',
  summary: 'Accept an invitation with a passkey instead of a password.',
  caller: 'anyone',
  body: z.strictObject({
    token,
    credential: registrationResponseSchema,
    name: z.string().max(100).optional(),
  }),
  success: { status: 200, body: signInAnswerSchema },
  refusals: [...refusalsOfUse, 'passkey_refused'],
});
