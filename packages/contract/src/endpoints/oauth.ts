import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { oauthErrors } from '../oauth.ts';

/** RFC 6749 §5.2, as every OAuth endpoint answers a refusal. */
export const oauthErrorSchema = z.strictObject({
  error: z.enum(Object.keys(oauthErrors) as [keyof typeof oauthErrors, ...(keyof typeof oauthErrors)[]]), // its own keys
  error_description: z.string(),
});

const text = z.string();
const optional = text.optional();
/** What each confidential client may send beside the basic scheme (RFC 6749 §2.3.1, RFC 7521 §4.2). */
const clientFields = {
  client_id: optional,
  client_secret: optional,
  client_assertion_type: optional,
  client_assertion: optional,
};
const repeatable = z.union([text, z.array(text)]).optional();
const authorizationFields = {
  client_id: text,
  response_type: optional,
  redirect_uri: optional,
  response_mode: optional,
  scope: optional,
  state: optional,
  nonce: optional,
  code_challenge: optional,
  code_challenge_method: optional,
  prompt: optional,
  max_age: optional,
  acr_values: optional,
  login_hint: optional,
  id_token_hint: optional,
  ui_locales: optional,
  dpop_jkt: optional,
  resource: repeatable,
  request_uri: optional,
};

export const authorize = defineEndpoint({
  method: 'GET',
  path: '/oauth/authorize',
  summary:
    'Ask a person to let a client in (RFC 6749 §4.1, OIDC Core §3.1.2). Answers by redirect or with a page.',
  caller: 'anyone',
  isPage: true,
  query: z.object(authorizationFields),
  success: { status: 303, body: null },
  refusals: [],
});

export const pushAuthorizationRequest = defineEndpoint({
  method: 'POST',
  path: '/oauth/par',
  summary:
    'Push the parameters of an authorization request; answers the URI that stands for them (RFC 9126).',
  caller: 'client',
  speaks: 'oauth',
  body: z.object({ ...authorizationFields, ...clientFields }),
  success: { status: 201, body: z.strictObject({ request_uri: text, expires_in: z.int() }) },
  refusals: [],
});

export const tokenAnswerSchema = z.strictObject({
  access_token: text,
  token_type: z.enum(['Bearer', 'DPoP']),
  expires_in: z.int(),
  refresh_token: optional,
  /** draft-ietf-oauth-refresh-token-expiration: when the session ends without activity, and in any case. */
  refresh_token_expires_in: z.int().optional(),
  authorization_expires_in: z.int().optional(),
  id_token: optional,
  scope: optional,
  /** RFC 8693 §2.2.1. */
  issued_token_type: optional,
});
export type TokenAnswer = z.infer<typeof tokenAnswerSchema>;

export const token = defineEndpoint({
  method: 'POST',
  path: '/oauth/token',
  summary:
    'Exchange a code, refresh token, device code, client credentials or another token for tokens (RFC 6749 §3.2).',
  caller: 'client',
  speaks: 'oauth',
  body: z.object({
    grant_type: text,
    code: optional,
    redirect_uri: optional,
    code_verifier: optional,
    refresh_token: optional,
    /** Of Argus: how long the person has been idle, as far as the client knows. */
    idle_seconds: optional,
    device_code: optional,
    scope: optional,
    resource: repeatable,
    audience: repeatable,
    subject_token: optional,
    subject_token_type: optional,
    actor_token: optional,
    actor_token_type: optional,
    requested_token_type: optional,
    ...clientFields,
  }),
  success: { status: 200, body: tokenAnswerSchema },
  refusals: [],
});

export const authorizeDevice = defineEndpoint({
  method: 'POST',
  path: '/oauth/device_authorization',
  summary: 'Begin the flow of a device without a browser (RFC 8628 §3.1).',
  caller: 'client',
  speaks: 'oauth',
  body: z.object({ scope: optional, resource: repeatable, ...clientFields }),
  success: {
    status: 200,
    body: z.strictObject({
      device_code: text,
      user_code: text,
      verification_uri: text,
      verification_uri_complete: text,
      expires_in: z.int(),
      interval: z.int(),
    }),
  },
  refusals: [],
});

export const revokeToken = defineEndpoint({
  method: 'POST',
  path: '/oauth/revoke',
  summary: 'End a refresh token with its family, or one access token (RFC 7009).',
  caller: 'client',
  speaks: 'oauth',
  body: z.object({ token: text, token_type_hint: optional, ...clientFields }),
  success: { status: 200, body: null },
  refusals: [],
});

export const introspectToken = defineEndpoint({
  method: 'POST',
  path: '/oauth/introspect',
  summary:
    'Whether a token is live and what it says (RFC 7662); with `Accept: application/token-introspection+jwt` signed (RFC 9701).',
  caller: 'client',
  speaks: 'oauth',
  body: z.object({ token: text, token_type_hint: optional, ...clientFields }),
  success: { status: 200, body: z.looseObject({ active: z.boolean() }) },
  refusals: [],
});

const userInfoSchema = z.strictObject({
  sub: text,
  name: optional,
  email: optional,
  email_verified: z.boolean().optional(),
});

export const userInfo = defineEndpoint({
  method: 'GET',
  path: '/oauth/userinfo',
  summary: 'Who the person behind an access token is (OIDC Core §5.3).',
  caller: 'access-token',
  speaks: 'oauth',
  success: { status: 200, body: userInfoSchema },
  refusals: [],
});

export const postUserInfo = defineEndpoint({
  method: 'POST',
  path: '/oauth/userinfo',
  summary: 'The same by POST (OIDC Core §5.3.1).',
  caller: 'access-token',
  speaks: 'oauth',
  body: z.object({ access_token: optional }),
  success: { status: 200, body: userInfoSchema },
  refusals: [],
});

export const endSessionByClient = defineEndpoint({
  method: 'GET',
  path: '/oauth/end_session',
  summary:
    'Sign a person out on the word of a client (OIDC RP-Initiated Logout §2); asks when it cannot be sure.',
  caller: 'anyone',
  isPage: true,
  query: z.object({
    id_token_hint: optional,
    logout_hint: optional,
    client_id: optional,
    post_logout_redirect_uri: optional,
    state: optional,
    ui_locales: optional,
  }),
  success: { status: 303, body: null },
  refusals: [],
});

const metadataSchema = z.looseObject({ issuer: text, jwks_uri: text });

export const openIdConfiguration = defineEndpoint({
  method: 'GET',
  path: '/.well-known/openid-configuration',
  summary: 'What this provider can do (OIDC Discovery §4).',
  caller: 'anyone',
  success: { status: 200, body: metadataSchema },
  refusals: [],
});

export const authorizationServerMetadata = defineEndpoint({
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  summary: 'The same as OAuth names it (RFC 8414).',
  caller: 'anyone',
  success: { status: 200, body: metadataSchema },
  refusals: [],
});
