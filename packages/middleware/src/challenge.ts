import { problemOf, refusalOf } from '@argus/contract';
import type { Refused } from './refused.ts';
import type { Demand } from './requirement.ts';

/** A whole answer, ready to be written by any server. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON of the contract's problem (RFC 9457). */
  readonly body: string;
}

export function answerOf(refusal: Refused, demand: Demand, realm: string): Answer {
  const { status, oauthError } = refusalOf(refusal.refusal);
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  // RFC 9110 §15.5.2: every 401 carries a challenge; RFC 6750 §3 where there is an error to name.
  if (status === 401 || oauthError !== undefined) {
    headers['www-authenticate'] = challengeOf(refusal, demand, realm);
  }
  if (refusal.retryAfterSeconds !== undefined) headers['retry-after'] = String(refusal.retryAfterSeconds);
  return { status, headers, body: JSON.stringify(problemOf(refusal.refusal)) };
}

/** RFC 6750 §3 and, for a stronger or fresher sign-in, RFC 9470 §3. */
function challengeOf({ refusal }: Refused, demand: Demand, realm: string): string {
  const { oauthError, sentence } = refusalOf(refusal);
  const attributes = [`realm=${quoted(realm)}`];
  // RFC 6750 §3.1: a caller that sent no credentials is told no error.
  if (oauthError !== undefined) {
    attributes.push(`error=${quoted(oauthError)}`, `error_description=${quoted(sentence)}`);
  }
  if (refusal === 'insufficient_user_authentication') {
    if (demand.acr !== null) attributes.push(`acr_values=${quoted(demand.acr)}`);
    if (demand.maxAgeSeconds !== null) attributes.push(`max_age=${quoted(String(demand.maxAgeSeconds))}`);
  } else if (demand.scopes.length > 0) {
    attributes.push(`scope=${quoted(demand.scopes.join(' '))}`);
  }
  return `Bearer ${attributes.join(', ')}`;
}

/** RFC 9110 §5.6.4. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
