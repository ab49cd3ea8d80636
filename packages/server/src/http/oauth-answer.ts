import { type OAuthError, oauthErrors, type RefusalCode, refusals } from '@argus/contract';
import type { Answer } from './answer.ts';

/** An expected no in the words of RFC 6749 §5.2 and its family. */
export interface OAuthRefused {
  readonly oauthError: OAuthError;
  /** Why in detail: for the audit log, never for the caller. */
  readonly reason?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where a section asks for another status than the table has. */
  readonly status?: number;
}

export function isOAuthRefused(outcome: object): outcome is OAuthRefused {
  return 'oauthError' in outcome;
}

/** A JSON answer that nobody keeps (RFC 6749 §5.1); the server's default already says no-store. */
export function oauthJson(
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, json, headers: { pragma: 'no-cache', ...headers } };
}

/** RFC 6749 §5.2. */
export function oauthRefusal({ oauthError, headers = {}, status }: OAuthRefused): Answer {
  const known = oauthErrors[oauthError];
  const body = { error: oauthError, error_description: known.sentence };
  return oauthJson(status ?? known.status, body, headers);
}

/** What the HTTP layer itself refuses, in the words that an OAuth client reads. */
export function oauthRefusalOf(code: RefusalCode, headers: Readonly<Record<string, string>> = {}): Answer {
  const { status } = refusals[code];
  return oauthRefusal({ oauthError: errorOfStatus(status), status, headers });
}

function errorOfStatus(status: number): OAuthError {
  if (status === 503) return 'temporarily_unavailable';
  if (status === 429) return 'slow_down';
  return status >= 500 ? 'server_error' : 'invalid_request';
}
