import { problemOf, refusalOf } from '@argus/contract';
import { signingAlgorithms } from '@argus/tokens';
import type { Refused } from './refused.ts';
import type { Demand } from './requirement.ts';
import type { Settings } from './settings.ts';

/** A whole answer, ready to be written by any server. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON of the contract's problem (RFC 9457). */
  readonly body: string;
}

type Scheme = 'Bearer' | 'DPoP';
type Space = Pick<Settings, 'realm' | 'dpop'>;

export function answerOf(refusal: Refused, demand: Demand, space: Space): Answer {
  const { status, oauthError } = refusalOf(refusal.refusal);
  const headers: Record<string, string> = {
    ...refusal.headers,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  // RFC 9110 §15.5.2: every 401 carries a challenge; RFC 6750 §3 where there is an error to name.
  if (status === 401 || oauthError !== undefined) {
    headers['www-authenticate'] = challengesOf(refusal, demand, space);
  }
  if (refusal.retryAfterSeconds !== undefined) headers['retry-after'] = String(refusal.retryAfterSeconds);
  return { status, headers, body: JSON.stringify(problemOf(refusal.refusal)) };
}

/**
 * RFC 9449 §7.2: the scheme that was used tells the error, or every scheme where it is not clear which that was. A
 * token sent as Bearer that does not hold is also told of DPoP; who showed a bound token is never led back to Bearer.
 */
function challengesOf(refusal: Refused, demand: Demand, { realm, dpop }: Space): string {
  const schemes = schemesOf(dpop);
  const used = schemeOf(refusal);
  const telling = used !== undefined && schemes.includes(used) ? [used] : schemes;
  const others = used === 'Bearer' && refusal.refusal === 'invalid_token' ? schemes : [];
  const told = errorOf(refusal, demand);
  return [
    ...telling.map((scheme) => challengeOf(scheme, realm, told)),
    ...others.filter((scheme) => !telling.includes(scheme)).map((scheme) => challengeOf(scheme, realm, [])),
  ].join(', ');
}

/** The cookie's token is one that anyone who holds it may use, too. */
function schemeOf({ source }: Refused): Scheme | undefined {
  if (source === undefined) return undefined;
  return source === 'dpop' ? 'DPoP' : 'Bearer';
}

function schemesOf(dpop: Space['dpop']): readonly Scheme[] {
  if (dpop === null) return ['Bearer'];
  return dpop.mode === 'required' ? ['DPoP'] : ['Bearer', 'DPoP'];
}

function challengeOf(scheme: Scheme, realm: string, told: readonly string[]): string {
  const attributes = [`realm=${quoted(realm)}`, ...told];
  // RFC 9449 §7.1.
  if (scheme === 'DPoP') attributes.push(`algs=${quoted(signingAlgorithms.join(' '))}`);
  return `${scheme} ${attributes.join(', ')}`;
}

/** RFC 6750 §3 and, for a stronger or fresher sign-in, RFC 9470 §3: the same in every scheme. */
function errorOf({ refusal }: Refused, demand: Demand): readonly string[] {
  const { oauthError, sentence } = refusalOf(refusal);
  const attributes: string[] = [];
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
  return attributes;
}

/** RFC 9110 §5.6.4. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
