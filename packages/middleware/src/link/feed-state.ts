import {
  type DegradedBehaviour,
  type FeedPolicy,
  type Instant,
  type RevocationType,
  revocationTypes,
  snapshotKinds,
} from '@argus/contract';
import { type FeedMessage, feedDigest } from '@argus/tokens';
import { createPolicies } from './feed-policy.ts';
import { createRevocationTable, forgivenSeconds, type RevocationTable } from './revocation-table.ts';
import { endMarkOf } from './token-marks.ts';

/** Whether the table holds all that Argus knows, or why that is not sure. */
export type FeedHealth = 'live' | 'starting' | 'stale' | 'overflow';

/** What a message asks of whoever reads the stream. */
export type FeedOutcome =
  | 'read'
  /** Something is missing: begin again with a snapshot. */
  | 'gap'
  /** Somebody holds the stream back: what it says was so a while ago. */
  | 'late'
  /** Fetch the key sets of tokens now: they changed, or may have changed in what was not heard. */
  | 'keys-changed';

/** What is known of the stream that a message came by. */
export interface OpenedStream {
  readonly nonce: string;
  readonly sentAt: Instant;
  readonly signedAt: number;
}

/** What is refused, and how sure that is. */
export interface FeedState {
  readonly table: RevocationTable;
  /** One message whose signature was verified; `token` is its text. */
  read(message: FeedMessage, token: string, stream: OpenedStream): FeedOutcome;
  /** The number to go on after; null: with a snapshot. */
  place(): number | null;
  /** Forget the place, so that the next stream begins with a snapshot. What is refused stays refused. */
  forgetPlace(): void;
  health(): FeedHealth;
  policy(): FeedPolicy;
  heardAt(): Instant | null;
}

/** Something ended, as the feed or a snapshot says it. */
export interface HeardEnd {
  readonly type: RevocationType;
  /** The `sid`, `gid`, `jti`, `sub`, `client_id` or `tenant` of what ended. */
  readonly of: string;
}

export interface FeedStateOptions {
  readonly now: () => Instant;
  onEnd?(end: HeardEnd): void;
  readonly mostEntries: number;
  /** What to do while degraded, whatever policy says. */
  readonly degraded?: DegradedBehaviour | undefined;
  readonly staleAfterSeconds?: number | undefined;
}

/** A snapshot that has come in part. */
interface Collecting {
  readonly first: Extract<FeedMessage, { type: 'snapshot' }>;
  readonly next: number;
}

interface Place {
  readonly seq: number;
  readonly digest: string;
}

export function createFeedState(options: FeedStateOptions): FeedState {
  const { now } = options;
  const { table, keep, isWhole } = keepEnds(options);
  let place: Place | null = null;
  let collecting: Collecting | null = null;
  const policies = createPolicies(options);
  const policy = policies.holding;
  let heardAt: Instant | null = null;

  const readSnapshot = (message: Extract<FeedMessage, { type: 'snapshot' }>): FeedOutcome => {
    if (message.part !== 1 && !isNextPart(collecting, message)) return 'gap';
    for (const [kind, of, exp, before] of message.entries) keep(snapshotKinds[kind], of, { exp, before });
    collecting = {
      first: collecting && message.part > 1 ? collecting.first : message,
      next: message.part + 1,
    };
    if (message.part < message.parts) return 'read';
    collecting = null;
    policies.hear(message.policy);
    place = { seq: message.seq, digest: message.digest };
    return 'keys-changed';
  };

  const readHeartbeat = (
    message: Extract<FeedMessage, { type: 'heartbeat' }>,
    stream: OpenedStream,
  ): FeedOutcome => {
    if (message.nonce !== stream.nonce || place === null) return 'gap';
    // Events come before the heartbeat that counts them, so another number means that some were lost.
    if (message.head !== place.seq) return 'gap';
    const { staleAfterSeconds } = policies.heard();
    if (lagMs(message.time, stream, now()) > staleAfterSeconds * 1000 + roundingMs) return 'late';
    policies.vouch();
    heardAt = now();
    return 'read';
  };

  return {
    table,
    policy,
    place: () => place?.seq ?? null,
    heardAt: () => heardAt,
    forgetPlace() {
      place = null;
      collecting = null;
    },
    health() {
      if (heardAt === null) return 'starting';
      const ageMs = now() - heardAt;
      if (ageMs < 0 || ageMs > policy().staleAfterSeconds * 1000) return 'stale';
      return isWhole() ? 'live' : 'overflow';
    },
    read(message, token, stream) {
      if (message.type === 'snapshot') return readSnapshot(message);
      if (message.type === 'heartbeat') return readHeartbeat(message, stream);
      if (place === null || message.seq !== place.seq + 1 || message.prev !== place.digest) return 'gap';
      place = { seq: message.seq, digest: feedDigest(token) };
      if (message.type === 'policy-changed') policies.hear(message);
      if (message.type === 'keys-rotated') return 'keys-changed';
      if (isRevocation(message)) keep(message.type, ofWhom(message), message);
      return 'read';
    },
  };
}

/** Parts of two snapshots do not make one, for each leaves out what had expired when it was made. */
function isNextPart(
  collecting: Collecting | null,
  part: Extract<FeedMessage, { type: 'snapshot' }>,
): boolean {
  if (collecting?.next !== part.part) return false;
  const { seq, digest, parts, time } = collecting.first;
  return part.seq === seq && part.digest === digest && part.parts === parts && part.time === time;
}

interface Times {
  readonly exp: number;
  readonly before?: number | undefined;
}

/** What has ended, in the table and to who listens; whole for as long as nothing is missing in it that still matters. */
function keepEnds({ mostEntries, now, onEnd }: FeedStateOptions) {
  const table = createRevocationTable(mostEntries);
  let lostUntil = Number.NEGATIVE_INFINITY;
  return {
    table,
    keep(kind: RevocationType, of: string, times: Times): void {
      // What could not be kept may be shown for as long as it would have been kept: so long nobody can be sure.
      if (!table.add(endMarkOf(kind, of, times), now()))
        lostUntil = Math.max(lostUntil, (times.exp + forgivenSeconds) * 1000);
      onEnd?.({ type: kind, of });
    },
    isWhole: () => lostUntil < now(),
  };
}

/** Both ends of the lag are told in whole seconds. */
const roundingMs = 2_000;

/**
 * How long a heartbeat was on its way at most: as much as more time passed here since the request than there since it was
 * answered. Clocks that differ do not matter, and whoever delays the request or the answer only makes it longer.
 */
function lagMs(time: number, { sentAt, signedAt }: OpenedStream, now: Instant): number {
  return now - sentAt - (time - signedAt) * 1000;
}

type RevocationMessage = Extract<FeedMessage, { type: RevocationType }>;

function isRevocation(message: FeedMessage): message is RevocationMessage {
  return revocationTypes.some((type) => type === message.type);
}

function ofWhom(message: RevocationMessage): string {
  switch (message.type) {
    case 'session-ended':
      return message.sid;
    case 'grant-ended':
      return message.gid;
    case 'token-ended':
      return message.jti;
    case 'user-ended':
      return message.sub;
    case 'client-ended':
      return message.client_id;
    case 'tenant-ended':
      return message.tenant;
  }
}
