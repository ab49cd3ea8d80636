import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';

/** Why a provider was of no help: for the audit log, never for the person. */
export type UpstreamReason =
  | 'unreachable'
  | 'timeout'
  | 'too-large'
  | 'redirected'
  | 'unsafe-address'
  | 'bad-status'
  | 'bad-answer'
  | 'wrong-issuer'
  | 'denied-there'
  | 'error-there'
  | 'wrong-claim'
  | 'expired'
  | 'bad-signature'
  | 'unknown-key'
  | 'bad-subject'
  | 'not-fresh'
  | 'no-secret';

/** `down`: it may work later. `refused`: it did not prove who the person is. */
export interface UpstreamFailure {
  readonly upstream: 'down' | 'refused';
  readonly reason: UpstreamReason;
  /** A claim's name or an error code of a closed set. */
  readonly detail?: string | undefined;
}

export function isUpstreamFailure(outcome: object): outcome is UpstreamFailure {
  return 'upstream' in outcome;
}

export function down(reason: UpstreamReason): UpstreamFailure {
  return { upstream: 'down', reason };
}

export function refusedThere(reason: UpstreamReason, detail?: string): UpstreamFailure {
  return { upstream: 'refused', reason, ...(detail === undefined ? {} : { detail }) };
}

/** How a fetch that is bounded gives up. */
export class UpstreamDown extends Error {
  readonly reason: UpstreamReason;
  constructor(reason: UpstreamReason) {
    super(`a provider failed: ${reason}`);
    this.reason = reason;
  }
}

/** Ask a provider something; what it does wrong becomes a value. */
export async function askUpstream<T extends object>(ask: () => Promise<T>): Promise<T | UpstreamFailure> {
  try {
    return await ask();
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamDown) return down(error.reason);
  if (error instanceof AuthorizationResponseError) return toldError(error.error);
  if (error instanceof ResponseBodyError) return toldError(error.error);
  if (error instanceof WWWAuthenticateChallengeError) return refusedThere('error-there');
  if (error instanceof ClientError) return byCode(error);
  // The library trips over what no honest provider answers.
  if (error instanceof TypeError) return refusedThere('bad-answer');
  throw error;
}

function byCode(error: ClientError): UpstreamFailure {
  if (error.cause instanceof UpstreamDown) return down(error.cause.reason);
  switch (error.code) {
    case 'OAUTH_TIMEOUT':
    case 'OAUTH_ABORT':
      return down('timeout');
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return down('bad-status');
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return refusedThere('expired');
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return refusedThere('wrong-claim', wrongPart(error));
    default:
      return refusedThere('bad-answer');
  }
}

/** RFC 6749 §4.1.2.1: two of the errors say that it may work later. */
function toldError(code: string): UpstreamFailure {
  if (code === 'temporarily_unavailable' || code === 'server_error') return down('error-there');
  if (code === 'access_denied') return refusedThere('denied-there');
  return refusedThere('error-there', /^[a-z_]{1,40}$/.test(code) ? code : undefined);
}

const judgedParts = ['iss', 'issuer', 'aud', 'azp', 'nonce', 'sub', 'auth_time'];

/** What the library found wrong: it says so behind its error and that error's cause. */
function wrongPart({ cause }: ClientError): string | undefined {
  const behind = cause instanceof Error ? cause.cause : cause;
  if (typeof behind !== 'object' || behind === null) return undefined;
  const named = 'claim' in behind ? behind.claim : 'attribute' in behind ? behind.attribute : undefined;
  return judgedParts.find((known) => known === named);
}
