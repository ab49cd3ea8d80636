import type { Instant, OAuthError } from '@argus/contract';
import type { Session } from '../session/session.ts';
import { sessionValidity } from '../session/validity.ts';
import type { User } from '../user/user.ts';
import type { OAuthChange } from './change.ts';
import { type Client, demandsDpop } from './client.ts';
import type { DeviceAuthorization } from './grant.ts';

export interface DevicePollFacts {
  readonly authorization: DeviceAuthorization;
  /** Whoever approved, as they are now; null before. */
  readonly approval: { readonly session: Session; readonly user: User } | null;
}

export interface DevicePoll {
  readonly client: Client;
  /** Thumbprint of the key of a DPoP proof that held; null without one. */
  readonly dpopJkt: string | null;
  readonly now: Instant;
}

export type DevicePollDecision =
  | { readonly kind: 'issue' }
  | {
      readonly kind: 'wait';
      readonly error: 'authorization_pending' | 'slow_down';
      readonly change: Extract<OAuthChange, { kind: 'poll-device-authorization' }>;
    }
  | { readonly kind: 'refuse'; readonly error: OAuthError; readonly reason: DevicePollRefusal };

export type DevicePollRefusal =
  | 'foreign-client'
  | 'consumed'
  | 'expired'
  | 'denied'
  | 'session-over'
  | 'no-key';

/** RFC 8628 §3.5: by how much the interval grows with each poll that came too soon. */
const slowerBySeconds = 5;

/** What a device hears that asks whether its person has decided (RFC 8628 §3.5). */
export function decideDevicePoll(facts: DevicePollFacts, poll: DevicePoll): DevicePollDecision {
  const { authorization } = facts;
  const { client, now } = poll;
  // First of all, so that nobody can slow down what another client waits for.
  if (authorization.clientId !== client.id) return refuse('invalid_grant', 'foreign-client');
  if (authorization.state === 'consumed') return refuse('invalid_grant', 'consumed');
  if (now >= authorization.expiresAt) return refuse('expired_token', 'expired');
  if (authorization.state === 'denied') return refuse('access_denied', 'denied');
  if (authorization.state === 'pending') return wait(authorization, now);
  if (!isApprovalLive(facts, poll)) return refuse('invalid_grant', 'session-over');
  if (demandsDpop(client.settings) && poll.dpopJkt === null) return refuse('invalid_dpop_proof', 'no-key');
  return { kind: 'issue' };
}

function wait(authorization: DeviceAuthorization, now: Instant): DevicePollDecision {
  const { deviceCodeHash, polledAt, intervalSeconds } = authorization;
  const isTooSoon = polledAt !== null && now - polledAt < intervalSeconds * 1000;
  return {
    kind: 'wait',
    error: isTooSoon ? 'slow_down' : 'authorization_pending',
    change: {
      kind: 'poll-device-authorization',
      deviceCodeHash,
      expectedPolledAt: polledAt,
      intervalSeconds: isTooSoon ? intervalSeconds + slowerBySeconds : intervalSeconds,
      at: now,
    },
  };
}

function isApprovalLive({ authorization, approval }: DevicePollFacts, { client, now }: DevicePoll): boolean {
  if (approval === null || approval.session.id !== authorization.sessionId) return false;
  const { session, user } = approval;
  return user.tenant === client.tenant && sessionValidity(session, user.status, now).isValid;
}

function refuse(error: OAuthError, reason: DevicePollRefusal): DevicePollDecision {
  return { kind: 'refuse', error, reason };
}

/** RFC 8628 §6.1: no vowels, so that no word arises, and nothing that is read as a digit. */
const userCodeAlphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const userCodeLength = 8;

/** A user code in its normal form out of 32 random bytes, which are so many that no letter is likelier. */
export function userCodeOf(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const base = BigInt(userCodeAlphabet.length);
  let code = '';
  while (code.length < userCodeLength) {
    code += userCodeAlphabet.charAt(Number(rest % base));
    rest /= base;
  }
  return code;
}

/** What a person typed, in normal form: case, hyphens and spaces do not matter. Null for what is no code. */
export function canonicalUserCode(typed: string): string | null {
  if (typed.length > 64) return null;
  const code = typed.toUpperCase().replace(/[\s\-_.\u2010-\u2015]/g, '');
  return /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/.test(code) ? code : null;
}

/** As it is shown to people: in two halves. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
