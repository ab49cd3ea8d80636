import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { creationOptionsSchema, registrationResponseSchema } from '../passkey-shapes.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { sessionRefusals, timeSchema, uuidSchema } from './shapes.ts';
import { enrolmentBody, recoveryCodesSchema, totpEnrolmentSchema } from './sign-in-steps.ts';

const common = { id: uuidSchema, name: z.string(), createdAt: timeSchema, lastUsedAt: timeSchema.nullable() };

/** What proves who somebody is. There are never more than a few dozen, so the list has no pages. */
export const authenticatorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), changedAt: timeSchema }),
  z.strictObject({ kind: z.literal('totp'), ...common }),
  z.strictObject({
    kind: z.literal('passkey'),
    ...common,
    /** base64url, for the browser's Signal API. */
    credentialId: z.string(),
    /** Who makes it, as far as its AAGUID tells; null when that is not known. */
    model: z.string().nullable(),
    backupEligible: z.boolean(),
    backedUp: z.boolean(),
    /** The maker's proof of the model held. */
    attested: z.boolean(),
    transports: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal('recovery-code'), id: uuidSchema, createdAt: timeSchema, left: z.int() }),
  z.strictObject({
    kind: z.literal('federated'),
    providerId: z.string(),
    issuer: z.string(),
    subject: z.string(),
    email: z.string().nullable(),
    createdAt: timeSchema,
    lastUsedAt: timeSchema,
  }),
]);
export type AuthenticatorAnswer = z.infer<typeof authenticatorSchema>;

const listSchema = z.strictObject({ authenticators: z.array(authenticatorSchema) });
/** Ways into an account are changed only after a fresh proof of the strongest that the person has (RFC 9470). */
const changeRefusals = [...sessionRefusals, 'conflict', 'slow_down'] as const;
/** End the other sessions with it, or leave them; where policy ends them it does so anyway. */
const endOtherSessions = z.boolean().default(false);
const name = z.string().min(1).max(100);

export const listAuthenticators = defineEndpoint({
  method: 'GET',
  path: '/api/authenticators',
  summary: 'What the signed-in person can sign in with.',
  caller: 'session',
  success: { status: 200, body: listSchema },
  refusals: sessionRefusals,
});

export const beginTotp = defineEndpoint({
  method: 'POST',
  path: '/api/authenticators/totp',
  summary: 'The secret of a new authenticator app. It counts once it is confirmed.',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({}),
  success: { status: 200, body: totpEnrolmentSchema },
  refusals: changeRefusals,
});

export const confirmTotp = defineEndpoint({
  method: 'POST',
  path: '/api/authenticators/totp/confirm',
  summary: 'Confirm it by its first code. With the first second factor come recovery codes, shown once.',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({ ...enrolmentBody, name: name.optional(), endOtherSessions }),
  success: {
    status: 201,
    body: z.strictObject({ authenticator: authenticatorSchema, recoveryCodes: recoveryCodesSchema }),
  },
  refusals: [...changeRefusals, 'wrong_code', 'form_expired'],
});

export const passkeyOptions = defineEndpoint({
  method: 'POST',
  path: '/api/authenticators/passkeys/options',
  summary: 'Options for `navigator.credentials.create` (WebAuthn §5.1.8).',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({}),
  success: { status: 200, body: z.strictObject({ options: creationOptionsSchema }) },
  refusals: changeRefusals,
});

export const addPasskey = defineEndpoint({
  method: 'POST',
  path: '/api/authenticators/passkeys',
  summary: 'Add the passkey that was made. With the first second factor come recovery codes, shown once.',
  caller: 'session',
  mayLackProof: true,
  body: z.strictObject({ credential: registrationResponseSchema, name: name.optional(), endOtherSessions }),
  success: {
    status: 201,
    body: z.strictObject({ authenticator: authenticatorSchema, recoveryCodes: recoveryCodesSchema }),
  },
  refusals: [...changeRefusals, 'passkey_refused', 'too_many_authenticators'],
});

export const newRecoveryCodes = defineEndpoint({
  method: 'POST',
  path: '/api/authenticators/recovery-codes',
  summary: 'New recovery codes, shown once; those before count no more.',
  caller: 'session',
  body: z.strictObject({}),
  success: { status: 201, body: z.strictObject({ recoveryCodes: recoveryCodesSchema }) },
  refusals: changeRefusals,
});

export const renameAuthenticator = defineEndpoint({
  method: 'PATCH',
  path: '/api/authenticators/{id}',
  summary: 'Give a passkey or an authenticator app another name.',
  caller: 'session',
  params: z.strictObject({ id: uuidSchema }),
  body: z.strictObject({ name }),
  success: { status: 204, body: null },
  refusals: [...sessionRefusals, 'not_found'],
});

export const removeAuthenticator = defineEndpoint({
  method: 'DELETE',
  path: '/api/authenticators/{id}',
  summary:
    'Take a passkey, an authenticator app or the recovery codes away, but never the last way to sign in.',
  caller: 'session',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject({ endOtherSessions: z.enum(['true', 'false']).default('false') }),
  success: { status: 204, body: null },
  refusals: [...changeRefusals, 'not_found', 'last_way_in', 'denied'],
});

export const adminListAuthenticators = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/users/{id}/authenticators',
  summary: 'What a user can sign in with.',
  caller: 'operator',
  permission: 'read-users',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: listSchema },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminRemoveAuthenticator = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/users/{id}/authenticators/{authenticatorId}',
  summary:
    'Take one passkey or authenticator app of a user away, a stolen one for instance; the user hears of it.',
  caller: 'operator',
  permission: 'manage-authenticators',
  params: z.strictObject({ id: uuidSchema, authenticatorId: uuidSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found', 'conflict', 'last_way_in'],
});
