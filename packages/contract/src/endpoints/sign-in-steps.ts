import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import {
  authenticationResponseSchema,
  creationOptionsSchema,
  registrationResponseSchema,
  requestOptionsSchema,
} from '../passkey-shapes.ts';
import { codeSchema, passwordSchema, uuidSchema } from './shapes.ts';
import { signInAnswerSchema, staySignedIn } from './sign-in.ts';

/** The attempt cookie stands for what was proved before; without it, or after ten minutes, the sign-in begins anew. */
const stepRefusals = ['sign_in_expired', 'denied', 'too_many_sessions', 'slow_down'] as const;
const answer = { status: 200, body: signInAnswerSchema } as const;
const rememberDevice = z.boolean().default(false);

export const signInWithTotp = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/totp',
  summary: 'The second factor: a code of an authenticator app (RFC 6238).',
  caller: 'anyone',
  body: z.strictObject({ code: codeSchema, rememberDevice }),
  success: answer,
  refusals: [...stepRefusals, 'wrong_code'],
});

export const signInWithRecoveryCode = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/recovery-code',
  summary:
    'In place of a second factor that is lost: one of the recovery codes. The session counts as one factor.',
  caller: 'anyone',
  body: z.strictObject({ code: codeSchema }),
  success: answer,
  refusals: [...stepRefusals, 'wrong_code'],
});

export const signInWithPasswordToo = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/password',
  summary: 'The second factor after a passkey that did not check who holds it: the password.',
  caller: 'anyone',
  body: z.strictObject({ password: passwordSchema }),
  success: answer,
  refusals: [...stepRefusals, 'invalid_credentials'],
});

export const signInPasskeyOptions = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/passkey/options',
  summary:
    'Options for `navigator.credentials.get`: of any account to begin with, of this one as a second factor. The same for everybody.',
  caller: 'anyone',
  body: z.strictObject({}),
  success: { status: 200, body: z.strictObject({ options: requestOptionsSchema }) },
  refusals: ['slow_down'],
});

export const signInWithPasskey = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/passkey',
  summary: 'Sign in with a passkey, without a name or as the second factor (WebAuthn Level 3).',
  caller: 'anyone',
  body: z.strictObject({ credential: authenticationResponseSchema, rememberDevice, staySignedIn }),
  success: answer,
  refusals: [...stepRefusals, 'passkey_refused'],
});

export const chooseSession = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/choose-session',
  summary: 'End one session to make room for this sign-in. Where more have to end, the answer asks again.',
  caller: 'anyone',
  body: z.strictObject({ endSessionId: uuidSchema }),
  success: answer,
  refusals: [...stepRefusals, 'not_found'],
});

/** A secret that is not an authenticator yet; `enrolment` brings it back with the first code. */
export const totpEnrolmentSchema = z.strictObject({
  secret: z.string(),
  uri: z.string(),
  /** A picture of `uri`, as a `data:` address. */
  qrCode: z.string(),
  enrolment: z.string(),
});
export const enrolmentBody = { enrolment: z.string().min(1).max(2000), code: codeSchema };
/** Codes for the day a factor is lost; shown once. */
export const recoveryCodesSchema = z.array(z.string());

export const beginTotpInSignIn = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/enrol/totp',
  summary: 'Where the sign-in demands a factor that is not there yet: the secret of a new authenticator app.',
  caller: 'anyone',
  body: z.strictObject({}),
  success: { status: 200, body: totpEnrolmentSchema },
  refusals: stepRefusals,
});

const enrolledAnswer = {
  status: 200,
  body: z.strictObject({ answer: signInAnswerSchema, recoveryCodes: recoveryCodesSchema }),
} as const;

export const confirmTotpInSignIn = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/enrol/totp/confirm',
  summary: 'Confirm it by its first code; the sign-in goes on. Recovery codes are shown once.',
  caller: 'anyone',
  body: z.strictObject(enrolmentBody),
  success: enrolledAnswer,
  refusals: [...stepRefusals, 'wrong_code'],
});

export const passkeyOptionsInSignIn = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/enrol/passkey/options',
  summary:
    'Where the sign-in demands a passkey that is not there yet: options for `navigator.credentials.create`.',
  caller: 'anyone',
  body: z.strictObject({}),
  success: { status: 200, body: z.strictObject({ options: creationOptionsSchema }) },
  refusals: stepRefusals,
});

export const addPasskeyInSignIn = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/enrol/passkey',
  summary: 'Add the passkey that was made; the sign-in goes on. Recovery codes are shown once.',
  caller: 'anyone',
  body: z.strictObject({ credential: registrationResponseSchema, name: z.string().max(100).optional() }),
  success: enrolledAnswer,
  refusals: [...stepRefusals, 'passkey_refused', 'too_many_authenticators'],
});
