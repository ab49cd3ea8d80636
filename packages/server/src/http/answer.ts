import {
  type EndReason,
  type Permission,
  type PlanAddOn,
  type Problem,
  problemOf,
  type RefusalCode,
  refusalOf,
} from '@argus/contract';
import type { Requirement } from '@argus/core';
import type { SetCookie } from './cookies.ts';
import type { PagePolicy } from './security-headers.ts';
import type { EventStream } from './sse.ts';

/** What a route gives back; the HTTP layer turns it into bytes. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly html?: string;
  /** Bytes go out under exactly this type; of text the framework may say the character set, too. */
  readonly text?: { readonly type: string; readonly body: string | Buffer };
  /** A long JSON document, piece by piece, no faster than it is read. A fault in the middle cuts the connection. */
  readonly pieces?: AsyncIterable<string>;
  /** What goes on after the head; it ends when the stream does. */
  readonly stream?: (stream: EventStream) => Promise<void>;
  readonly cookies?: readonly SetCookie[];
  readonly headers?: Readonly<Record<string, string>>;
  /** What a page may do beyond the policy of all pages. */
  readonly csp?: PagePolicy;
}

/** An expected no, as a flow returns it. */
export interface Refused {
  readonly refused: RefusalCode;
  readonly retryAfterSeconds?: number;
  readonly errors?: Problem['errors'];
  /** What the caller's roles do not carry. */
  readonly permission?: Permission;
  /** What would have to be added to the plan. */
  readonly addOn?: PlanAddOn;
  /** Why the session ended that was shown, where its holder may hear it. */
  readonly endReason?: EndReason;
  /** What a stronger or fresher proof would have to be. */
  readonly needs?: Requirement;
}

export function isRefused(outcome: object): outcome is Refused {
  return 'refused' in outcome;
}

/** A refusal as a problem answer (RFC 9457). */
export function problemAnswer(refusal: Refused, cookies: readonly SetCookie[] = []): Answer {
  const { refused, errors, permission, addOn, endReason } = refusal;
  const body = problemOf(refused, {
    ...(errors ? { errors } : {}),
    ...(permission ? { permission } : {}),
    ...(addOn ? { addOn } : {}),
    ...(endReason ? { endReason } : {}),
  });
  return {
    status: refusalOf(refused).status,
    text: { type: 'application/problem+json', body: JSON.stringify(body) },
    cookies,
    headers: {
      ...(refusal.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(refusal.retryAfterSeconds) }),
      ...(refusal.needs ? { 'www-authenticate': challengeFor(refusal.needs) } : {}),
    },
  };
}

/** RFC 9470 §3: what to ask the person for before the call is repeated. */
function challengeFor({ acr, maxAgeSeconds }: Requirement): string {
  return `Bearer error="insufficient_user_authentication", acr_values="${acr}", max_age="${maxAgeSeconds}"`;
}

/** A redirect after a form post (RFC 9110 §15.4.4: the next request is a GET). */
export function seeOther(location: string, cookies: readonly SetCookie[] = []): Answer {
  return { status: 303, headers: { location }, cookies };
}
