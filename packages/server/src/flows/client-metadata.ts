import {
  type ClientMetadata,
  type ClientSettings,
  clientMetadataSchema,
  clientSettingsSchema,
  type GrantType,
  type OAuthError,
  openIdScopes,
  type RegisteredClient,
} from '@argus/contract';
import { authMethodOf, type Client, canonicalName } from '@argus/core';

/** Read what a client says of itself; a word of whoever vouches for it counts more than its own (RFC 7591 §2.3). */
export function readMetadata(
  said: unknown,
  vouched: Readonly<Record<string, unknown>>,
): ClientMetadata | MetadataError {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return 'invalid_client_metadata';
  const read = clientMetadataSchema.safeParse({ ...said, ...vouched });
  if (read.success) return read.data;
  const isRedirect = read.error.issues.some(({ path }) => path[0] === 'redirect_uris');
  return isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata';
}

export type MetadataError = OAuthError & ('invalid_redirect_uri' | 'invalid_client_metadata');

/** What a stranger's software may do: sign people in, and keep them signed in. */
const openGrantTypes: readonly GrantType[] = ['authorization_code', 'refresh_token'];

/**
 * The settings of a client that registers itself; null for what is not given to strangers. It never names an address
 * that Argus itself would call, and never a scope of an API: those are an administrator's to give.
 */
export function settingsOfMetadata(metadata: ClientMetadata): ClientSettings | null {
  const { jwks_uri, backchannel_logout_uri, jwks } = metadata;
  // RFC 7591 §2.
  const { grant_types = ['authorization_code'], token_endpoint_auth_method = 'client_secret_basic' } =
    metadata;
  if (jwks_uri !== undefined || backchannel_logout_uri !== undefined) return null;
  if (!grant_types.includes('authorization_code')) return null;
  if (!grant_types.every((type) => openGrantTypes.includes(type))) return null;
  return clientSettingsSchema.parse({
    name: canonicalName(metadata.client_name) ?? 'An application without a name',
    type: token_endpoint_auth_method === 'none' ? 'public' : 'confidential',
    applicationType: metadata.application_type ?? 'web',
    authMethod: token_endpoint_auth_method,
    redirectUris: metadata.redirect_uris ?? [],
    postLogoutRedirectUris: metadata.post_logout_redirect_uris ?? [],
    grantTypes: [...new Set(grant_types)],
    scopes: scopesOf(metadata.scope),
    requiresPar: metadata.require_pushed_authorization_requests ?? false,
    requiresDpop: metadata.dpop_bound_access_tokens ?? false,
    // A person is asked each time in any case; this is how long the account page remembers the last answer.
    consentDays: 30,
    idTokenAlgorithm: metadata.id_token_signed_response_alg ?? 'RS256',
    defaultMaxAgeSeconds: metadata.default_max_age ?? null,
    ...(jwks ? { jwks } : {}),
  });
}

/** RFC 7591 §2 lets the server choose: of what is asked for, what Argus tells of people, and all of that by default. */
function scopesOf(asked: string | undefined): readonly string[] {
  const wanted = new Set((asked ?? '').split(' '));
  const given = openIdScopes.filter((scope) => wanted.has(scope));
  return given.length > 0 ? given : openIdScopes;
}

/** The metadata as it counts (RFC 7591 §3.2.1). */
export function registeredClient({ id, settings, createdAt }: Client): RegisteredClient {
  const { jwks, defaultMaxAgeSeconds } = settings;
  return {
    client_id: id,
    client_id_issued_at: Math.floor(createdAt / 1000),
    redirect_uris: settings.redirectUris,
    client_name: settings.name,
    application_type: settings.applicationType,
    token_endpoint_auth_method: authMethodOf(settings),
    grant_types: settings.grantTypes,
    response_types: ['code'],
    scope: settings.scopes.join(' '),
    subject_type: 'public',
    post_logout_redirect_uris: settings.postLogoutRedirectUris,
    id_token_signed_response_alg: settings.idTokenAlgorithm,
    require_pushed_authorization_requests: settings.requiresPar,
    dpop_bound_access_tokens: settings.requiresDpop,
    ...(jwks ? { jwks } : {}),
    ...(defaultMaxAgeSeconds === null ? {} : { default_max_age: defaultMaxAgeSeconds }),
  };
}
