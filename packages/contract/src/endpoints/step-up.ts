import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { assuranceLevels } from '../vocabulary.ts';
import { passwordSchema, sessionAnswerSchema } from './shapes.ts';

export const stepUpOptions = defineEndpoint({
  method: 'POST',
  path: '/api/step-up/options',
  summary: 'How this session can be made fresher or stronger.',
  caller: 'session',
  body: z.strictObject({}),
  success: {
    status: 200,
    body: z.strictObject({
      methods: z.array(z.enum(['password', 'federated'])),
      reachable: z.enum(assuranceLevels),
    }),
  },
  refusals: ['session_required', 'session_ended'],
});

export const stepUpWithPassword = defineEndpoint({
  method: 'POST',
  path: '/api/step-up/password',
  summary: 'Prove the password again: the session becomes fresh and gets new identifiers in its cookies.',
  caller: 'session',
  body: z.strictObject({ password: passwordSchema }),
  success: { status: 200, body: sessionAnswerSchema.extend({ state: z.literal('signed-in') }) },
  refusals: ['session_required', 'session_ended', 'invalid_credentials', 'slow_down', 'conflict'],
});
