import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { emailSchema, passwordSchema, sessionAnswerSchema } from './shapes.ts';

export const signedInSchema = sessionAnswerSchema.extend({ state: z.literal('signed-in') });

export const signUp = defineEndpoint({
  method: 'POST',
  path: '/api/sign-up',
  summary: 'Create an account. The answer is the same for an address that is known already.',
  caller: 'anyone',
  body: z.strictObject({
    email: emailSchema,
    password: passwordSchema,
    name: z.string().max(100).optional(),
  }),
  success: { status: 201, body: z.strictObject({ state: z.literal('sign-in') }) },
  refusals: ['password_too_short', 'password_too_long', 'denied', 'slow_down'],
});

export const signIn = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in',
  summary: 'Sign in with e-mail address and password; sets the session cookies.',
  caller: 'anyone',
  body: z.strictObject({ identifier: emailSchema, password: passwordSchema }),
  success: { status: 200, body: signedInSchema },
  refusals: ['invalid_credentials', 'slow_down'],
});

export const useLink = defineEndpoint({
  method: 'POST',
  path: '/api/link',
  summary: 'Use a one-time link: set the password of an invited user or the first administrator.',
  caller: 'anyone',
  body: z.strictObject({
    token: z.string().min(1).max(200),
    password: passwordSchema,
    email: emailSchema.optional(),
    name: z.string().max(100).optional(),
  }),
  success: { status: 200, body: signedInSchema },
  refusals: ['link_invalid', 'password_too_short', 'password_too_long', 'conflict', 'slow_down'],
});
