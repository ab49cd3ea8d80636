import { z } from 'zod';

/*
 * What Keycloak writes of a user when a realm is exported with its users (`kc.sh export`). Other members come and go with
 * its versions and are not read. Secrets and settings of a credential are JSON within JSON.
 */

const within = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .max(16_384)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** Keycloak keeps further settings as lists of one text each. */
const parameters = z.record(z.string(), z.array(z.string().max(200)).max(10)).default({});

export const keycloakPasswordSchema = z.object({
  type: z.literal('password'),
  secretData: within(z.object({ value: z.string(), salt: z.string().optional() })),
  credentialData: within(
    z.object({
      hashIterations: z.int().min(0),
      algorithm: z.string().max(50),
      additionalParameters: parameters,
    }),
  ),
});
export type KeycloakPassword = z.output<typeof keycloakPasswordSchema>;

export const keycloakOtpSchema = z.object({
  type: z.literal('otp'),
  secretData: within(z.object({ value: z.string().min(1).max(200) })),
  credentialData: within(
    z.object({
      subType: z.string(),
      digits: z.int(),
      period: z.int().default(30),
      algorithm: z.string(),
      secretEncoding: z.string().nullish(),
    }),
  ),
});
export type KeycloakOtp = z.output<typeof keycloakOtpSchema>;

export const keycloakWebauthnSchema = z.object({
  type: z.enum(['webauthn', 'webauthn-passwordless']),
  userLabel: z.string().nullish(),
  createdDate: z.number().nullish(),
  credentialData: within(
    z.object({
      aaguid: z.string().nullish(),
      credentialId: z.string().max(2048),
      counter: z.int().min(0),
      credentialPublicKey: z.string().max(4096),
      transports: z.array(z.string().max(32)).max(10).nullish(),
    }),
  ),
});
export type KeycloakWebauthn = z.output<typeof keycloakWebauthnSchema>;

/** The frame: which credentials there are is judged one by one. */
export const keycloakUserSchema = z.object({
  id: z.string().max(64).optional(),
  username: z.string().max(300).optional(),
  email: z.string().max(300).nullish(),
  emailVerified: z.boolean().default(false),
  firstName: z.string().max(300).nullish(),
  lastName: z.string().max(300).nullish(),
  enabled: z.boolean().default(true),
  createdTimestamp: z.number().nullish(),
  serviceAccountClientId: z.string().nullish(),
  realmRoles: z.array(z.string().max(255)).max(500).default([]),
  groups: z.array(z.string().max(500)).max(500).default([]),
  credentials: z
    .array(z.looseObject({ type: z.string().max(100).nullish() }))
    .max(50)
    .default([]),
});
export type KeycloakUser = z.output<typeof keycloakUserSchema>;
