import { z } from 'zod';

/*
 * What Auth0 writes of a user: in an export of users, in the export of password hashes that its support makes, and in the
 * form in which it imports users itself. Other members are not read.
 */

const encoding = z.enum(['base64', 'hex', 'utf8']).optional();

export const auth0HashSchema = z.object({
  algorithm: z.string().max(50),
  hash: z.object({ value: z.string().max(1024), encoding }),
  salt: z.object({ value: z.string().max(1024), encoding }).optional(),
  keylen: z.int().optional(),
  cost: z.int().optional(),
  blockSize: z.int().optional(),
  parallelization: z.int().optional(),
});
export type Auth0Hash = z.output<typeof auth0HashSchema>;

const factorSchema = z.looseObject({ totp: z.object({ secret: z.string().max(200) }).optional() });

export const auth0UserSchema = z.object({
  email: z.string().max(300).nullish(),
  email_verified: z.boolean().nullish(),
  name: z.string().max(500).nullish(),
  given_name: z.string().max(300).nullish(),
  family_name: z.string().max(300).nullish(),
  blocked: z.boolean().nullish(),
  created_at: z.string().max(40).nullish(),
  /** bcrypt: `password_hash` where users are imported, `passwordHash` in the export of hashes. */
  password_hash: z.string().max(512).nullish(),
  passwordHash: z.string().max(512).nullish(),
  custom_password_hash: auth0HashSchema.nullish(),
  mfa_factors: z.array(factorSchema).max(20).nullish(),
});
export type Auth0User = z.output<typeof auth0UserSchema>;
