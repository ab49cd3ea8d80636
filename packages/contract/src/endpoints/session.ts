import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import {
  listedSessionSchema,
  newPasswordRefusals,
  pageQuerySchema,
  passwordSchema,
  sessionAnswerSchema,
  sessionRefusals,
  signedOut,
  timeSchema,
  uuidSchema,
} from './shapes.ts';

export const getSession = defineEndpoint({
  method: 'GET',
  path: '/api/session',
  summary: 'The session of this browser: who, how signed in, until when and why until then.',
  caller: 'session',
  mayLackProof: true,
  success: { status: 200, body: sessionAnswerSchema },
  refusals: signedOut,
});

export const refreshSession = defineEndpoint({
  method: 'POST',
  path: '/api/session/refresh',
  summary:
    'Renew the cookies. `idleSeconds` tells how long the person has been idle; absent means no activity.',
  caller: 'refresh-cookie',
  body: z.strictObject({ idleSeconds: z.int().min(0).max(31_536_000).optional() }),
  success: { status: 200, body: sessionAnswerSchema },
  refusals: [...sessionRefusals, 'slow_down'],
});

export const endSession = defineEndpoint({
  method: 'DELETE',
  path: '/api/session',
  summary: 'Sign out: ends this session and clears its cookies. Succeeds without a session too.',
  caller: 'anyone',
  success: { status: 204, body: null },
  refusals: [],
});

export const listSessions = defineEndpoint({
  method: 'GET',
  path: '/api/sessions',
  summary: 'The live sessions of the signed-in person, most recently active first.',
  caller: 'session',
  query: pageQuerySchema,
  success: {
    status: 200,
    body: z.strictObject({ sessions: z.array(listedSessionSchema), nextCursor: z.string().nullable() }),
  },
  refusals: sessionRefusals,
});

export const sessionHistory = defineEndpoint({
  method: 'GET',
  path: '/api/sessions/history',
  summary: 'The ended sessions of the signed-in person with the reason each ended.',
  caller: 'session',
  query: pageQuerySchema,
  success: {
    status: 200,
    body: z.strictObject({ sessions: z.array(listedSessionSchema), nextCursor: z.string().nullable() }),
  },
  refusals: sessionRefusals,
});

export const endOneSession = defineEndpoint({
  method: 'DELETE',
  path: '/api/sessions/{id}',
  summary: 'End one of the signed-in person’s sessions.',
  caller: 'session',
  params: z.strictObject({ id: uuidSchema }),
  success: { status: 204, body: null },
  refusals: [...sessionRefusals, 'not_found'],
});

const endedCountSchema = z.strictObject({ ended: z.int() });

export const endOtherSessions = defineEndpoint({
  method: 'POST',
  path: '/api/sessions/end-others',
  summary: 'End every session of the signed-in person but this one.',
  caller: 'session',
  success: { status: 200, body: endedCountSchema },
  refusals: sessionRefusals,
});

export const endAllSessions = defineEndpoint({
  method: 'POST',
  path: '/api/sessions/end-all',
  summary: 'End every session of the signed-in person, this one too.',
  caller: 'session',
  success: { status: 200, body: endedCountSchema },
  refusals: sessionRefusals,
});

export const changePassword = defineEndpoint({
  method: 'POST',
  path: '/api/password',
  summary: 'Change the password; all sessions but a fresh one for this browser end.',
  caller: 'session',
  body: z.strictObject({ currentPassword: passwordSchema, newPassword: passwordSchema }),
  success: { status: 200, body: sessionAnswerSchema },
  refusals: [
    ...sessionRefusals,
    'invalid_credentials',
    ...newPasswordRefusals,
    'password_reused',
    'conflict',
    'slow_down',
  ],
});

export const securityEventSchema = z.strictObject({
  id: uuidSchema,
  time: timeSchema,
  type: z.string(),
  sentence: z.string(),
  sessionId: z.string().nullable(),
  ip: z.string().nullable(),
});

export const listSecurityEvents = defineEndpoint({
  method: 'GET',
  path: '/api/security-events',
  summary: 'What happened to the signed-in person’s account, newest first.',
  caller: 'session',
  query: pageQuerySchema,
  success: {
    status: 200,
    body: z.strictObject({ events: z.array(securityEventSchema), nextCursor: z.string().nullable() }),
  },
  refusals: sessionRefusals,
});
