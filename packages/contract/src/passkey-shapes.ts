import { z } from 'zod';

const bytes = (most: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .max(most);
const extensionResults = z
  .record(z.string().max(64), z.unknown())
  .refine((results) => Object.keys(results).length <= 20)
  .default({});
const transport = z.string().regex(/^[a-z-]{1,32}$/);

/*
 * WebAuthn §5.1: browsers make this JSON themselves and add members as the standard grows, so what is not read here
 * is left out instead of refused. The ids are let in a little longer than is allowed: the refusal goes to the audit log.
 */

/** What a browser answers when a passkey was made: `PublicKeyCredential.toJSON()` (WebAuthn §5.1.8). */
export const registrationResponseSchema = z.object({
  id: bytes(2048),
  rawId: bytes(2048),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: bytes(8192),
    attestationObject: bytes(32_768),
    transports: z.array(transport).max(10).default([]),
  }),
  clientExtensionResults: extensionResults,
});
export type RegistrationResponse = z.infer<typeof registrationResponseSchema>;

/** What a browser answers when a passkey was used (WebAuthn §5.1.8). */
export const authenticationResponseSchema = z.object({
  id: bytes(2048),
  rawId: bytes(2048),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: bytes(8192),
    authenticatorData: bytes(8192),
    signature: bytes(2048),
    userHandle: bytes(88).nullish(),
  }),
  clientExtensionResults: extensionResults,
});
export type AuthenticationResponse = z.infer<typeof authenticationResponseSchema>;

const descriptor = z.strictObject({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()),
});
const userVerification = z.enum(['preferred', 'required']);
export const passkeyHints = ['security-key', 'client-device', 'hybrid'] as const;
export type PasskeyHint = (typeof passkeyHints)[number];

/** What `navigator.credentials.create` takes, as JSON (WebAuthn §5.4). */
export const creationOptionsSchema = z.strictObject({
  rp: z.strictObject({ id: z.string(), name: z.string() }),
  user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.strictObject({ type: z.literal('public-key'), alg: z.number() })),
  /** Milliseconds. */
  timeout: z.number(),
  excludeCredentials: z.array(descriptor),
  authenticatorSelection: z.strictObject({
    residentKey: z.enum(['preferred', 'required']),
    requireResidentKey: z.boolean(),
    userVerification,
  }),
  hints: z.array(z.enum(passkeyHints)),
  attestation: z.enum(['none', 'direct']),
  extensions: z.strictObject({ credProps: z.literal(true) }),
});
export type CreationOptions = z.infer<typeof creationOptionsSchema>;

/** What `navigator.credentials.get` takes, as JSON (WebAuthn §5.5). */
export const requestOptionsSchema = z.strictObject({
  challenge: z.string(),
  /** Milliseconds. */
  timeout: z.number(),
  rpId: z.string(),
  /** Empty: whichever passkey the person picks, found by the browser. */
  allowCredentials: z.array(descriptor),
  userVerification,
  hints: z.array(z.enum(passkeyHints)),
});
export type RequestOptions = z.infer<typeof requestOptionsSchema>;
