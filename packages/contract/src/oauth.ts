/** The closed sets of OAuth 2.0 and OpenID Connect as Argus speaks them. */

/** JWS algorithms (RFC 7518 §3.1, RFC 8037 §3.1) that sign what others verify. */
export const signingAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** Those that others sign with for Argus; where a key serves two of them, the one that is taken unless said otherwise first. */
export const foreignAlgorithms: readonly SigningAlgorithm[] = ['PS256', 'ES256', 'EdDSA', 'RS256'];
/** FAPI 2.0 §5.4.1: no RS256 in any JWT. */
export const fapiAlgorithms: readonly SigningAlgorithm[] = ['PS256', 'ES256', 'EdDSA'];

export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  /** RFC 8628 */
  'urn:ietf:params:oauth:grant-type:device_code',
  /** RFC 8693 */
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;
export type GrantType = (typeof grantTypes)[number];

/** How a client proves itself at the token, PAR, revocation and introspection endpoints (OIDC Core §9). */
export const clientAuthMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const;
export type ClientAuthMethod = (typeof clientAuthMethods)[number];

/** How the authorization response travels: OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2. */
export const responseModes = ['query', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** OIDC Core §3.1.2.1. */
export const prompts = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof prompts)[number];

/** Scopes that Argus itself gives a meaning (OIDC Core §5.4, §11); resources declare their own. */
export const openIdScopes = ['openid', 'profile', 'email', 'offline_access'] as const;

export const clientStatuses = ['active', 'disabled'] as const;
export type ClientStatus = (typeof clientStatuses)[number];

/** Who brought a client into being. */
export const clientSources = ['apply', 'administrator', 'registration'] as const;
export type ClientSource = (typeof clientSources)[number];

/** RFC 8628 §3.3: pending until the person decides, then approved or denied; consumed once tokens were issued. */
export const deviceAuthorizationStates = ['pending', 'approved', 'denied', 'consumed'] as const;
export type DeviceAuthorizationState = (typeof deviceAuthorizationStates)[number];

interface OAuthRefusal {
  /** HTTP status where the error is an answer of its own and not a redirect. */
  readonly status: number;
  /** `error_description`: one sentence for the developer, the same for every cause of this error. */
  readonly sentence: string;
}

/**
 * The closed table of errors of the OAuth family: RFC 6749 §4.1.2.1 and §5.2, OIDC Core §3.1.2.6, RFC 8628 §3.5,
 * RFC 8707 §2, RFC 9449 §5, RFC 9470 §5, RFC 7591 §3.2.2, RFC 6750 §3.1.
 */
export const oauthErrors = {
  invalid_request: { status: 400, sentence: 'A parameter is missing, repeated or malformed.' },
  invalid_client: { status: 401, sentence: 'The client is unknown or did not prove itself.' },
  invalid_grant: { status: 400, sentence: 'The code or token is not valid for this client.' },
  unauthorized_client: { status: 400, sentence: 'This client may not use this flow.' },
  unsupported_grant_type: { status: 400, sentence: 'The grant type is not supported.' },
  unsupported_response_type: { status: 400, sentence: 'Only the response type code is supported.' },
  invalid_scope: { status: 400, sentence: 'A scope is unknown or wider than allowed.' },
  invalid_target: {
    status: 400,
    sentence: 'The resource is unknown, missing or not allowed for this client.',
  },
  access_denied: { status: 403, sentence: 'The person or the server refused.' },
  login_required: { status: 400, sentence: 'The person must sign in.' },
  interaction_required: { status: 400, sentence: 'The person must be asked something.' },
  consent_required: { status: 400, sentence: 'The person has not agreed to this.' },
  account_selection_required: { status: 400, sentence: 'The person must choose an account.' },
  unmet_authentication_requirements: {
    status: 400,
    sentence: 'The asked kind of sign-in cannot be reached by this person.',
  },
  request_not_supported: { status: 400, sentence: 'Request objects are not supported; push the request.' },
  request_uri_not_supported: { status: 400, sentence: 'Only a request_uri of this server is taken.' },
  registration_not_supported: { status: 403, sentence: 'Clients cannot register themselves here.' },
  invalid_redirect_uri: { status: 400, sentence: 'A redirect URI is not allowed.' },
  invalid_client_metadata: { status: 400, sentence: 'The metadata of the client contradicts itself.' },
  invalid_software_statement: { status: 400, sentence: 'The software statement is not valid.' },
  unapproved_software_statement: { status: 400, sentence: 'The software statement is not approved here.' },
  invalid_dpop_proof: { status: 400, sentence: 'The DPoP proof is missing or not valid.' },
  use_dpop_nonce: { status: 400, sentence: 'Repeat the request with the DPoP nonce of this answer.' },
  invalid_token: { status: 401, sentence: 'The access token is not valid.' },
  insufficient_scope: { status: 403, sentence: 'The access token lacks a needed scope.' },
  authorization_pending: { status: 400, sentence: 'The person has not decided yet.' },
  slow_down: { status: 400, sentence: 'Wait longer between two tries.' },
  expired_token: { status: 400, sentence: 'The device code has expired.' },
  server_error: { status: 500, sentence: 'Something went wrong on our side.' },
  temporarily_unavailable: { status: 503, sentence: 'The service is busy. Try again shortly.' },
} as const satisfies Record<string, OAuthRefusal>;
export type OAuthError = keyof typeof oauthErrors;
