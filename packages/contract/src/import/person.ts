import { z } from 'zod';
import { rolesSchema } from '../endpoints/admin.ts';
import { emailSchema } from '../endpoints/shapes.ts';

const base64url = (most: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding')
    .max(most);

/** A member that is null is a member that is not there: other systems write both. */
const absent = <T extends z.ZodType>(schema: T) => schema.nullish();
/** RFC 3339, with any offset. */
const timeSchema = z.iso.datetime({ offset: true });

const jwkSchema = z.record(
  z.string().max(32),
  z.union([z.string().max(4000), z.array(z.string().max(100)), z.boolean()]),
);

/** The public half of a passkey, and what its new home has to know of it. */
export const personPasskeySchema = z.strictObject({
  credentialId: base64url(1364),
  /** A COSE key or a SubjectPublicKeyInfo, either as base64url of its bytes; or a JWK. */
  publicKey: z.union([base64url(4000), jwkSchema]),
  signCount: z.int().min(0).max(4_294_967_295).default(0),
  /** Whether it may be copied by its maker (WebAuthn §6.1.3); unknown: it is learnt at the first sign-in. */
  backupEligible: absent(z.boolean()),
  /** By which the authenticator names its user; of a passkey that was made by Argus there is none to tell. */
  userHandle: absent(base64url(86)),
  transports: z
    .array(z.string().regex(/^[a-z-]{1,32}$/))
    .max(10)
    .default([]),
  aaguid: absent(z.guid()),
  name: absent(z.string().min(1).max(100)),
  createdAt: absent(timeSchema),
});
export type PersonPasskey = z.output<typeof personPasskeySchema>;

/**
 * A person as a file for `argus users import` tells of them, and as `argus users export` writes them: one line of JSON
 * each. Columns of a CSV file have the same names.
 */
export const personSchema = z.strictObject({
  email: emailSchema,
  name: absent(z.string().max(500)),
  roles: rolesSchema.default([]),
  groups: z.array(z.string().min(1).max(100)).max(50).default([]),
  emailVerified: z.boolean().default(false),
  /** As another system wrote it (`argus users import` tells of which kinds). */
  passwordHash: absent(z.string().min(1).max(512)),
  /** In base32: codes of six digits, each of thirty seconds, by HMAC-SHA-1. */
  totpSecret: absent(
    z
      .string()
      .regex(/^[A-Za-z2-7 ]+=*$/, 'must be base32')
      .max(200),
  ),
  passkeys: z.array(personPasskeySchema).max(20).default([]),
  createdAt: absent(timeSchema),
  disabled: z.boolean().default(false),
});
export type Person = z.output<typeof personSchema>;
export type PersonInput = z.input<typeof personSchema>;

/** Columns of a CSV file, in the order in which they are written. */
export const personColumns = Object.keys(personSchema.shape) as readonly (keyof Person)[]; // its own keys
