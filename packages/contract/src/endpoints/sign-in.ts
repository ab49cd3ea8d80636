import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import {
  emailSchema,
  listedSessionSchema,
  newPasswordRefusals,
  passwordSchema,
  sessionAnswerSchema,
} from './shapes.ts';

export const signedInSchema = sessionAnswerSchema.extend({ state: z.literal('signed-in') });

/** What a sign-in still takes before there is a session; the attempt cookie stands for what was proved so far. */
export const signInAnswerSchema = z.discriminatedUnion('state', [
  signedInSchema,
  z.strictObject({
    state: z.literal('second-factor'),
    methods: z.array(z.enum(['passkey', 'totp', 'password', 'recovery-code'])),
    /** How long this device may be spared the second factor, when the person wants that; 0: not at all. */
    rememberDeviceSeconds: z.int(),
  }),
  z.strictObject({ state: z.literal('enrol'), methods: z.array(z.enum(['passkey', 'totp'])) }),
  z.strictObject({
    state: z.literal('choose-session'),
    sessions: z.array(listedSessionSchema),
    /** How many of them have to end, one after the other: more than one where the limit was lowered. */
    toEnd: z.int(),
  }),
  z.strictObject({ state: z.literal('verify-email') }),
]);
export type SignInAnswer = z.infer<typeof signInAnswerSchema>;

/** The second pair of limits, for cookies that outlive the browser; refused where policy has none (`session.rememberMe`). */
export const staySignedIn = z.boolean().optional();

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
  refusals: [...newPasswordRefusals, 'sign_up_closed', 'slow_down'],
});

export const signIn = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in',
  summary:
    'Sign in with e-mail address and password: sets the session cookies, or says what the sign-in takes beside.',
  caller: 'anyone',
  body: z.strictObject({ identifier: emailSchema, password: passwordSchema, staySignedIn }),
  success: { status: 200, body: signInAnswerSchema },
  refusals: ['invalid_credentials', 'denied', 'too_many_sessions', 'slow_down'],
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
  success: { status: 200, body: signInAnswerSchema },
  refusals: [
    'link_invalid',
    'denied',
    ...newPasswordRefusals,
    'password_reused',
    'conflict',
    'too_many_sessions',
    'slow_down',
  ],
});
