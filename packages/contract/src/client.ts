import { z } from 'zod';
import { clientAuthMethods, grantTypes, responseModes, signingAlgorithms } from './oauth.ts';

/** Ids of clients, resources and providers: unique in the installation, and safe in URLs and headers. */
export const clientIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/);
/** RFC 6749 §3.3. */
export const scopeTokenSchema = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/);
/** Shown to people and kept by PostgreSQL, neither of which takes control characters well. */
const shownNameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);
const uriSchema = z.string().min(1).max(2000);
const originSchema = z.string().min(1).max(300);
/** RFC 8707 §2: an absolute URI without a fragment. */
export const resourceIdSchema = z.string().regex(/^[\x21-\x7e]{1,500}$/);

const jwkMemberSchema = z.union([
  z.string().max(4000),
  z.array(z.string().max(4000)).max(20),
  z.boolean(),
  z.number(),
]);
/** A public key in JWK form (RFC 7517); private members are refused when the client is judged. */
const jwkSchema = z.record(z.string().max(32), jwkMemberSchema);

/**
 * What an administrator declares of a client. Names follow RFC 7591 §2 in camelCase; what contradicts itself
 * (a public client with a secret, a web client with http redirects) is refused by `clientMistakes` in core.
 */
export const clientSettingsSchema = z.strictObject({
  name: shownNameSchema,
  /** RFC 6749 §2.1. */
  type: z.enum(['confidential', 'public']),
  /** Only `native` clients may use loopback redirects on any port and private-use schemes (RFC 8252 §7). */
  applicationType: z.enum(['web', 'native']).default('web'),
  /** Default: a secret, by `client_secret_basic` or `client_secret_post`, for confidential clients; `none` for public ones. */
  authMethod: z.enum(clientAuthMethods).optional(),
  redirectUris: z.array(uriSchema).max(50).default([]),
  postLogoutRedirectUris: z.array(uriSchema).max(50).default([]),
  grantTypes: z
    .array(z.enum(grantTypes))
    .max(grantTypes.length)
    .default(['authorization_code', 'refresh_token']),
  responseModes: z
    .array(z.enum(responseModes))
    .min(1)
    .max(2)
    .default([...responseModes]),
  /** What it may ask for; nothing else is ever granted. */
  scopes: z.array(scopeTokenSchema).max(100).default(['openid', 'profile', 'email']),
  /** Resources it may ask tokens for (RFC 8707); with exactly one, that is the default. */
  resources: z.array(resourceIdSchema).max(20).default([]),
  /** Browser origins that may call the token and userinfo endpoints with CORS. */
  origins: z.array(originSchema).max(20).default([]),
  /** `fapi2`: FAPI 2.0 Security Profile (PAR, sender-constrained tokens, no RS256, `private_key_jwt`). */
  profile: z.enum(['standard', 'fapi2']).default('standard'),
  /** Exempting a confidential client, for OpenID Connect only, is flagged wherever clients are shown. */
  requiresPkce: z.boolean().default(true),
  /** RFC 9126 §6. */
  requiresPar: z.boolean().default(false),
  /** RFC 9449 §5.2: every access token is bound to a key. */
  requiresDpop: z.boolean().default(false),
  /** `implicit`: a first-party client, whose people are not asked. */
  consent: z.enum(['explicit', 'implicit']).default('explicit'),
  /** How long a person's yes holds; null: until withdrawn. */
  consentDays: z.int().min(1).max(3650).nullable().default(365),
  accessTokenAlgorithm: z.enum(signingAlgorithms).default('RS256'),
  idTokenAlgorithm: z.enum(signingAlgorithms).default('RS256'),
  /** Keys that verify its assertions, inline or by URL, never both (RFC 7591 §2). */
  jwks: z.strictObject({ keys: z.array(jwkSchema).min(1).max(20) }).optional(),
  jwksUri: uriSchema.optional(),
  /** OIDC Back-Channel Logout §2.2. */
  backchannelLogoutUri: uriSchema.optional(),
  /** OIDC Core §2: applied when a request says nothing itself. */
  defaultMaxAgeSeconds: z.int().min(0).max(31_536_000).nullable().default(null),
  /** Whether its refreshes count as activity of the person. */
  refreshIsActivity: z.boolean().default(true),
  /** May introspect tokens for its resources (RFC 7662). */
  mayIntrospect: z.boolean().default(false),
});
export type ClientSettings = z.output<typeof clientSettingsSchema>;
export type ClientSettingsInput = z.input<typeof clientSettingsSchema>;

/** An API that tokens are issued for (RFC 8707); its id is the audience. */
export const resourceSettingsSchema = z.strictObject({
  name: shownNameSchema.optional(),
  scopes: z.array(scopeTokenSchema).max(100).default([]),
});
export type ResourceSettings = z.output<typeof resourceSettingsSchema>;

/** Upstream `acr` and `amr` values that count for more than one factor. */
const assuranceMappingSchema = z.strictObject({
  /** Upstream `acr` values that mean two factors (aal2). */
  aal2Acr: z.array(z.string().max(200)).max(20).default([]),
  /** Upstream `amr` values any of which means two factors (aal2). */
  aal2Amr: z.array(z.string().max(50)).max(20).default([]),
});

/** An identity provider that Argus accepts people from (OIDC federation). */
export const providerSettingsSchema = z.strictObject({
  name: shownNameSchema,
  /** Which adapter speaks with it; `oidc` is right for any certified provider. */
  preset: z.enum(['oidc', 'google', 'microsoft', 'okta', 'keycloak', 'github']).default('oidc'),
  issuer: uriSchema,
  clientId: z.string().min(1).max(200),
  scopes: z.array(scopeTokenSchema).max(20).default(['openid', 'email', 'profile']),
  /** E-mail domains whose people are led here from the sign-in page. */
  domains: z.array(z.string().min(1).max(253)).max(100).default([]),
  /** What becomes of a person who has no account yet. */
  newUsers: z.enum(['create', 'refuse']).default('create'),
  /** Whether its `email_verified` is believed. */
  trustsEmail: z.boolean().default(true),
  assurance: assuranceMappingSchema.default({ aal2Acr: [], aal2Amr: [] }),
  /** Shown on the sign-in page; hidden ones are reached by domain only. */
  isShown: z.boolean().default(true),
});
export type ProviderSettings = z.output<typeof providerSettingsSchema>;
