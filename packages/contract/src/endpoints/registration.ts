import { z } from 'zod';
import { clientSettingsSchema } from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { clientAuthMethods, grantTypes, signingAlgorithms } from '../oauth.ts';

const uris = z.array(z.string().min(1).max(2000)).max(20);

/**
 * What a client says of itself (RFC 7591 §2, OIDC Dynamic Client Registration §2, RFC 9126 §6, RFC 9449 §5.2).
 * Members that Argus gives no meaning are ignored, as §2 asks; the answer tells which ones count.
 */
export const clientMetadataSchema = z.looseObject({
  redirect_uris: uris.optional(),
  client_name: z.string().max(100).optional(),
  application_type: z.enum(['web', 'native']).optional(),
  token_endpoint_auth_method: z.enum(clientAuthMethods).optional(),
  grant_types: z.array(z.enum(grantTypes)).max(grantTypes.length).optional(),
  response_types: z.array(z.literal('code')).max(1).optional(),
  scope: z.string().max(2000).optional(),
  jwks: clientSettingsSchema.shape.jwks,
  jwks_uri: z.string().max(2000).optional(),
  post_logout_redirect_uris: uris.optional(),
  backchannel_logout_uri: z.string().max(2000).optional(),
  subject_type: z.literal('public').optional(),
  id_token_signed_response_alg: z.enum(signingAlgorithms).optional(),
  default_max_age: z.int().min(0).max(31_536_000).optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  software_id: z.string().max(200).optional(),
  software_version: z.string().max(200).optional(),
  software_statement: z.string().max(8192).optional(),
});
export type ClientMetadata = z.output<typeof clientMetadataSchema>;

/** The metadata as it counts, and the names of the client (RFC 7591 §3.2.1). */
export const registeredClientSchema = z.strictObject({
  client_id: z.string(),
  client_secret: z.string().optional(),
  client_id_issued_at: z.int(),
  /** 0: it does not expire. Present exactly when there is a secret. */
  client_secret_expires_at: z.int().optional(),
  redirect_uris: z.array(z.string()),
  client_name: z.string(),
  application_type: z.enum(['web', 'native']),
  token_endpoint_auth_method: z.enum(clientAuthMethods),
  grant_types: z.array(z.enum(grantTypes)),
  response_types: z.array(z.literal('code')),
  scope: z.string(),
  subject_type: z.literal('public'),
  jwks: clientSettingsSchema.shape.jwks,
  post_logout_redirect_uris: z.array(z.string()),
  id_token_signed_response_alg: z.enum(signingAlgorithms),
  default_max_age: z.int().optional(),
  require_pushed_authorization_requests: z.boolean(),
  dpop_bound_access_tokens: z.boolean(),
  /** As it was sent. */
  software_statement: z.string().optional(),
});
export type RegisteredClient = z.output<typeof registeredClientSchema>;

export const registerClient = defineEndpoint({
  method: 'POST',
  path: '/oauth/register',
  summary:
    'A client registers itself (RFC 7591). Off unless the operator opened it; what it registered cannot be read or changed later (no RFC 7592).',
  caller: 'anyone',
  speaks: 'oauth',
  takesJson: true,
  body: clientMetadataSchema,
  success: { status: 201, body: registeredClientSchema },
  refusals: [],
});
