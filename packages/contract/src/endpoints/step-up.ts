import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { authenticationResponseSchema, requestOptionsSchema } from '../passkey-shapes.ts';
import { assuranceLevels } from '../vocabulary.ts';
import { codeSchema, passwordSchema, sessionAnswerSchema, sessionRefusals, signedOut } from './shapes.ts';

const stepUpRefusals = [...sessionRefusals, 'slow_down', 'conflict'] as const;

export const stepUpOptions = defineEndpoint({
  method: 'POST',
  path: '/api/step-up/options',
  summary: 'How this session can be made fresher or stronger.',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({}),
  success: {
    status: 200,
    body: z.strictObject({
      /** What makes this session fresh: nothing weaker than what opened it, while there is something as strong. */
      methods: z.array(z.enum(['password', 'passkey', 'totp', 'federated'])),
      reachable: z.enum(assuranceLevels),
      /** For `navigator.credentials.get` (WebAuthn §5.1.9); null without a passkey. */
      passkey: requestOptionsSchema.nullable(),
    }),
  },
  refusals: signedOut,
});

export const stepUpWithPassword = defineEndpoint({
  method: 'POST',
  path: '/api/step-up/password',
  summary: 'Prove the password again: the session becomes fresh and gets new identifiers in its cookies.',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({ password: passwordSchema }),
  success: { status: 200, body: sessionAnswerSchema.extend({ state: z.literal('signed-in') }) },
  refusals: [...stepUpRefusals, 'invalid_credentials'],
});

export const stepUpWithTotp = defineEndpoint({
  method: 'POST',
  path: '/api/step-up/totp',
  summary:
    'Prove an authenticator app again: the session becomes fresh, and stronger where only a password opened it.',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({ code: codeSchema }),
  success: { status: 200, body: sessionAnswerSchema.extend({ state: z.literal('signed-in') }) },
  refusals: [...stepUpRefusals, 'wrong_code'],
});

export const stepUpWithPasskey = defineEndpoint({
  method: 'POST',
  path: '/api/step-up/passkey',
  summary: 'Prove a passkey again, with the options of `/api/step-up/options`.',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({ credential: authenticationResponseSchema }),
  success: { status: 200, body: sessionAnswerSchema.extend({ state: z.literal('signed-in') }) },
  refusals: [...stepUpRefusals, 'passkey_refused'],
});
