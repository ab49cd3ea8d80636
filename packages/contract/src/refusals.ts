/**
 * The closed table of refusals: an expected "no" that crosses the wire.
 * The caller learns the code and the public sentence; why in detail goes to the audit log only.
 */

export interface Refusal {
  /** HTTP status (RFC 9110 §15). */
  readonly status: number;
  /** The OAuth error code where an OAuth or bearer answer carries it (RFC 6749 §5.2, RFC 6750 §3.1, RFC 9470 §3). */
  readonly oauthError?: string;
  /** One plain sentence for the person or developer who meets it. */
  readonly sentence: string;
}

export const refusals = {
  malformed_request: { status: 400, sentence: 'The request could not be read.' },
  invalid_request: {
    status: 400,
    oauthError: 'invalid_request',
    sentence: 'The request does not have the expected form.',
  },
  ambiguous_credentials: {
    status: 400,
    oauthError: 'invalid_request',
    sentence: 'Send either a bearer token or a session cookie, not both.',
  },
  client_unknown: { status: 400, sentence: 'The application that sent you here is not known.' },
  redirect_mismatch: {
    status: 400,
    sentence: 'The application sent an address that is not registered for it.',
  },
  provider_refused: { status: 403, sentence: 'The other provider did not confirm who you are.' },
  provider_unreachable: { status: 503, sentence: 'The other provider cannot be reached. Try again shortly.' },
  account_not_linked: {
    status: 409,
    sentence: 'An account with this e-mail address exists. Sign in to it first, then connect the provider.',
  },
  invalid_credentials: { status: 401, sentence: 'The e-mail address or the password is not right.' },
  wrong_code: { status: 401, sentence: 'The code is not right, or it was used already.' },
  passkey_refused: { status: 401, sentence: 'This passkey could not be accepted.' },
  sign_in_expired: { status: 401, sentence: 'The sign-in took too long. Begin again.' },
  session_required: { status: 401, sentence: 'Sign in first.' },
  session_ended: { status: 401, sentence: 'This session has ended. Sign in again.' },
  missing_token: { status: 401, sentence: 'An access token is needed.' },
  invalid_token: { status: 401, oauthError: 'invalid_token', sentence: 'The access token is not valid.' },
  invalid_dpop_proof: {
    status: 401,
    oauthError: 'invalid_dpop_proof',
    sentence: 'The DPoP proof is missing or not valid.',
  },
  use_dpop_nonce: {
    status: 401,
    oauthError: 'use_dpop_nonce',
    sentence: 'Repeat the request with the DPoP nonce of this answer.',
  },
  insufficient_user_authentication: {
    status: 401,
    oauthError: 'insufficient_user_authentication',
    sentence: 'A stronger or fresher sign-in is needed.',
  },
  invalid_signature: { status: 401, sentence: 'The signature of the request is missing or not valid.' },
  operator_key_required: { status: 401, sentence: 'An administrator session or the operator key is needed.' },
  denied: { status: 403, sentence: 'This is not allowed.' },
  sign_up_closed: { status: 403, sentence: 'New accounts are not opened here.' },
  tenant_suspended: { status: 403, sentence: 'This organisation is suspended.' },
  foreign_origin: { status: 403, sentence: 'The request came from another site.' },
  form_expired: { status: 403, sentence: 'This form is no longer valid. Load the page again.' },
  insufficient_scope: {
    status: 403,
    oauthError: 'insufficient_scope',
    sentence: 'The access token lacks a needed permission.',
  },
  not_in_plan: { status: 403, sentence: 'The plan of this tenant does not include this.' },
  not_found: { status: 404, sentence: 'There is nothing here.' },
  method_not_allowed: { status: 405, sentence: 'This method is not allowed here.' },
  conflict: { status: 409, sentence: 'Something changed in the meantime. Try again.' },
  last_owner: {
    status: 409,
    sentence: 'The tenant would be left without an owner. Give the role to somebody else first.',
  },
  last_way_in: { status: 409, sentence: 'Without this you could not sign in any more.' },
  too_many_authenticators: {
    status: 409,
    sentence: 'There are as many of these as there may be. Remove one first.',
  },
  too_many_sessions: {
    status: 409,
    sentence:
      'You are signed in on as many devices as you may be. Sign out on one of them, then sign in again.',
  },
  link_invalid: { status: 410, sentence: 'This link was used already or has expired.' },
  precondition_failed: {
    status: 412,
    sentence: 'Somebody changed this in the meantime. Look at it again.',
  },
  payload_too_large: { status: 413, sentence: 'The request is too large.' },
  unsupported_media_type: { status: 415, sentence: 'Send application/json.' },
  password_too_short: { status: 422, sentence: 'Choose a longer password.' },
  password_too_long: { status: 422, sentence: 'Choose a shorter password.' },
  password_composition: { status: 422, sentence: 'Choose a password with both letters and digits.' },
  password_common: { status: 422, sentence: 'Choose a password that is harder to guess.' },
  password_breached: {
    status: 422,
    sentence: 'Choose another password: this one is known from a leak somewhere.',
  },
  password_reused: { status: 422, sentence: 'Choose a password that you did not have lately.' },
  precondition_required: { status: 428, sentence: 'Say by If-Match which version you are changing.' },
  slow_down: { status: 429, sentence: 'Too many tries. Wait a little.' },
  headers_too_large: { status: 431, sentence: 'The request headers are too large.' },
  fault: { status: 500, sentence: 'Something went wrong on our side.' },
  unavailable: { status: 503, sentence: 'The service is busy or stopping. Try again shortly.' },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof refusals;

/** Look a refusal up as the common shape. */
export function refusalOf(code: RefusalCode): Refusal {
  return refusals[code];
}
