import { hash } from 'node:crypto';
import type { Announcement, FeedEvent, Instant, SnapshotEntry } from '@argus/contract';
import { degradedBehaviours, snapshotKinds } from '@argus/contract';
import { isMilliseconds, isPlain, isSeconds, isText } from './claims.ts';
import { TokensFault } from './fault.ts';
import { type KeyFinder, tokenTypes, type Verified, verifyJws } from './jwt.ts';
import type { KeyRing } from './key-ring.ts';
import { signToken } from './sign-token.ts';
import { isObject, parseStrictObject } from './strict-json.ts';

interface Said {
  readonly iss: string;
  readonly tenant: string;
  /** When it was said, in whole seconds. */
  readonly time: number;
}

/** Something that happened: `seq` counts a tenant's without a gap, `prev` is the digest of the one before. */
export type FeedEventMessage = Said & { readonly seq: number; readonly prev: string } & FeedEvent;

/** A part of all that is refused as of `seq`, whose event has this digest. */
export type SnapshotMessage = Said & {
  readonly type: 'snapshot';
  readonly seq: number;
  readonly digest: string;
  /** From 1 to `parts`. */
  readonly part: number;
  readonly parts: number;
  readonly entries: readonly SnapshotEntry[];
  /** What policy says now. */
  readonly policy: Omit<Extract<Announcement, { type: 'policy-changed' }>, 'type'>;
};

/** A node of Argus that has asked its database a moment ago: the newest number is `head`. */
export type HeartbeatMessage = Said & {
  readonly type: 'heartbeat';
  readonly node: string;
  readonly head: number;
  /** Of the request that opened this stream, so that no other stream's heartbeat counts. */
  readonly nonce: string;
};

export type FeedMessage = FeedEventMessage | SnapshotMessage | HeartbeatMessage;

export interface FeedExpectation {
  readonly issuer: string;
  readonly tenant: string;
  readonly now: Instant;
}

/** So many entries fit into one signed part, also where each names a client by the longest id there is. */
export const snapshotPartEntries = 32;
const mostParts = 1_000_000;
const digestForm = /^[\w-]{43}$/;
/** Before a tenant's first event there is none to name. */
export const firstDigest = feedDigest('');

/** SHA-256 of a signed message, base64url: what the next event names as the one before it. */
export function feedDigest(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** Signs what Argus tells services. Throws a fault for what its reader would refuse. */
export async function issueFeedToken(ring: KeyRing, message: FeedMessage, now: Instant): Promise<string> {
  if (!isFeedMessage(message)) throw new TokensFault('a feed message is out of shape');
  return signToken(ring.signing('service', now, 'EdDSA'), 'feed', message);
}

/** What Argus told, or why it is not believed. Order and freshness are the reader's own questions. */
export function verifyFeedToken(
  keys: KeyFinder,
  token: string,
  { issuer, tenant, now }: FeedExpectation,
): Verified<FeedMessage> {
  const proven = verifyJws(keys, token, { typ: tokenTypes.feed, use: 'service', now });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  if (!isFeedMessage(claims)) return { ok: false, rejection: 'bad-claims' };
  if (claims.iss !== issuer) return { ok: false, rejection: 'wrong-issuer', claims };
  return claims.tenant === tenant ? { ok: true, claims } : { ok: false, rejection: 'wrong-audience', claims };
}

type Shape = (claims: Record<string, unknown>) => boolean;

const isNumber = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isDigest = (value: unknown) => typeof value === 'string' && digestForm.test(value);
const event =
  (shape: Shape): Shape =>
  (claims) =>
    isNumber(claims.seq) && claims.seq !== 0 && isDigest(claims.prev) && shape(claims);
const ended = (name: string) => event((claims) => isText(claims[name]) && isSeconds(claims.exp));
const endedBefore = (name: string) =>
  event((claims) => isText(claims[name]) && isMilliseconds(claims.before) && isSeconds(claims.exp));

const shapes: { readonly [Type in FeedMessage['type']]: Shape } = {
  'session-ended': (claims) => ended('sid')(claims) && isPlain(claims.reason),
  'grant-ended': ended('gid'),
  'token-ended': ended('jti'),
  'user-ended': endedBefore('sub'),
  'client-ended': endedBefore('client_id'),
  'tenant-ended': endedBefore('tenant'),
  'keys-rotated': event((claims) => typeof claims.emergency === 'boolean'),
  'policy-changed': event(isPolicy),
  snapshot: isSnapshot,
  heartbeat: (claims) => isText(claims.node) && isNumber(claims.head) && isText(claims.nonce),
};

function isFeedMessage(claims: unknown): claims is FeedMessage {
  if (!isObject(claims) || typeof claims.type !== 'string' || !Object.hasOwn(shapes, claims.type))
    return false;
  const shape = shapes[claims.type as FeedMessage['type']]; // it is among the names of `shapes`
  return isText(claims.iss) && isText(claims.tenant) && isSeconds(claims.time) && shape(claims);
}

function isPolicy({ degraded, staleAfterSeconds }: Record<string, unknown>): boolean {
  return degradedBehaviours.some((name) => name === degraded) && isNumber(staleAfterSeconds);
}

function isSnapshot({ seq, digest, part, parts, entries, policy }: Record<string, unknown>): boolean {
  return (
    isNumber(seq) &&
    isDigest(digest) &&
    isObject(policy) &&
    isPolicy(policy) &&
    isNumber(part) &&
    isNumber(parts) &&
    Number(part) >= 1 &&
    Number(part) <= Number(parts) &&
    Number(parts) <= mostParts &&
    Array.isArray(entries) &&
    entries.length <= snapshotPartEntries &&
    entries.every(isEntry)
  );
}

function isEntry(entry: unknown): entry is SnapshotEntry {
  if (!Array.isArray(entry) || entry.length < 3 || entry.length > 4) return false;
  const [kind, of, exp, before] = entry;
  return (
    typeof kind === 'string' &&
    Object.hasOwn(snapshotKinds, kind) &&
    isText(of) &&
    isSeconds(exp) &&
    (before === undefined || isMilliseconds(before))
  );
}

/** An event as it stands in a snapshot; null for what is news only when it happens. */
export function snapshotEntryOf(of: FeedEvent, tenant: string): SnapshotEntry | null {
  switch (of.type) {
    case 'session-ended':
      return ['s', of.sid, of.exp];
    case 'grant-ended':
      return ['g', of.gid, of.exp];
    case 'token-ended':
      return ['t', of.jti, of.exp];
    case 'user-ended':
      return ['u', of.sub, of.exp, of.before];
    case 'client-ended':
      return ['c', of.client_id, of.exp, of.before];
    case 'tenant-ended':
      return ['a', tenant, of.exp, of.before];
    case 'keys-rotated':
    case 'policy-changed':
      return null;
  }
}
