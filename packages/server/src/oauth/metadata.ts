import {
  assuranceLevels,
  clientAuthMethods,
  foreignAlgorithms,
  grantTypes,
  openIdScopes,
  prompts,
  responseModes,
  signingAlgorithms,
} from '@argus/contract';
import type { Config } from '../config/config.ts';

/** What this provider can do: OIDC Discovery §3 and RFC 8414 §2 in one document. */
export function metadata({ issuer, registration }: Pick<Config, 'issuer' | 'registration'>): object {
  const at = (path: string) => `${issuer}${path}`;
  return {
    issuer,
    authorization_endpoint: at('/oauth/authorize'),
    token_endpoint: at('/oauth/token'),
    userinfo_endpoint: at('/oauth/userinfo'),
    jwks_uri: at('/.well-known/jwks.json'),
    ...(registration === 'open' ? { registration_endpoint: at('/oauth/register') } : {}),
    pushed_authorization_request_endpoint: at('/oauth/par'),
    device_authorization_endpoint: at('/oauth/device_authorization'),
    revocation_endpoint: at('/oauth/revoke'),
    introspection_endpoint: at('/oauth/introspect'),
    end_session_endpoint: at('/oauth/end_session'),
    require_pushed_authorization_requests: false,
    response_types_supported: ['code'],
    response_modes_supported: responseModes,
    grant_types_supported: grantTypes,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    prompt_values_supported: prompts,
    scopes_supported: openIdScopes,
    claims_supported: [...idTokenClaims, ...userInfoClaims],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    // The third needs authenticators that do not exist yet.
    acr_values_supported: assuranceLevels.slice(0, 2),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: signingAlgorithms,
    token_endpoint_auth_methods_supported: clientAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: foreignAlgorithms,
    revocation_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint_auth_signing_alg_values_supported: foreignAlgorithms,
    introspection_endpoint_auth_methods_supported: clientAuthMethods.filter((method) => method !== 'none'),
    introspection_endpoint_auth_signing_alg_values_supported: foreignAlgorithms,
    introspection_signing_alg_values_supported: signingAlgorithms,
    dpop_signing_alg_values_supported: foreignAlgorithms,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: false,
    ui_locales_supported: ['en'],
  };
}

const idTokenClaims = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'sid',
  'at_hash',
];
const userInfoClaims = ['name', 'email', 'email_verified'];
