import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type DegradedBehaviour, defaultTenant, type Instant } from '@argus/contract';
import { type SignatureKey, signatureKeyOf } from '@argus/http-signatures';
import type { Clock } from '@argus/tokens';
import { type Activity, type ActivityState, createActivity } from '../activity/activity.ts';
import { ProtectionFault } from '../fault.ts';
import { systemClock } from '../services/clock.ts';
import { type ArgusClient, createArgusClient } from './argus-client.ts';
import { createFeedState, type FeedHealth, type HeardEnd } from './feed-state.ts';
import { type FeedTrouble, followFeed } from './follow-feed.ts';
import { createIntrospection } from './introspection.ts';
import { createListeners } from './listeners.ts';
import { createRevocations, type Revocations } from './revocations.ts';

export interface ArgusOptions {
  /** Argus's public origin (`ARGUS_ISSUER`): what signatures name. */
  readonly issuer: string;
  /** Where Argus is reached from here; default the issuer. */
  readonly argusUrl?: string;
  /** The private half of a key that is registered for this service: Ed25519, as a JWK, PEM or KeyObject. */
  readonly serviceKey: JsonWebKey | string | KeyObject;
  /** The tenant of the service; default `default`. */
  readonly tenant?: string;
  /** What becomes of tokens while Argus is not heard, whatever its policy says. */
  readonly degraded?: DegradedBehaviour;
  /** After how long without a word; default what policy says. */
  readonly staleAfterSeconds?: number;
  /** How many ends have room at least; default 500,000, in 29 MB, and 59 while what has expired is cleared out. */
  readonly revocationEntries?: number;
  /** How many batches of activity wait while Argus cannot be reached; default 256, in at most 16 MiB. */
  readonly activityBatches?: number;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** How the link to Argus is, for metrics and readiness. */
export interface ArgusState {
  readonly feed: FeedHealth;
  /** What became of the last stream; null while one is open. */
  readonly trouble: FeedTrouble | null;
  readonly degraded: DegradedBehaviour;
  /** Streams that were begun. */
  readonly streams: number;
  readonly heardAt: Instant | null;
  readonly revocations: { readonly entries: number; readonly bytes: number };
  readonly activity: ActivityState;
}

/** The link of one process to Argus. */
export interface Argus extends AsyncDisposable {
  /** What has ended, for `protect`. */
  readonly revocations: Revocations;
  /** What sessions do here, for Argus: it keeps those alive that are used. */
  readonly activity: Activity;
  /** Signed calls. */
  readonly client: ArgusClient;
  state(): ArgusState;
  /** Told when Argus changed the keys of tokens, or may have while it was not heard; `protect` listens by itself. */
  onKeysChanged(listener: () => void): void;
  /**
   * Told of everything that ends, when it is refused already: close what stays open of it, a WebSocket or a stream, for
   * nobody checks a token again there. After an interruption it is told of some ends a second time. Answers how to stop it.
   * What a listener throws becomes a warning of the process, and keeps nobody else from hearing.
   */
  onEnd(listener: (end: HeardEnd) => void): () => void;
  close(): Promise<void>;
}

/**
 * Connect this process to Argus: from now on it hears within a second of everything that ends. Throws a fault for options
 * that could not work; whether Argus can be reached is seen in `state()`.
 */
export function connectArgus(options: ArgusOptions): Argus {
  const clock = options.clock ?? systemClock;
  const tenant = options.tenant ?? defaultTenant;
  const { issuer } = options;
  const argusUrl = (options.argusUrl ?? issuer).replace(/\/$/, '');
  const client = createArgusClient({
    issuer,
    argusUrl,
    key: keyOf(options.serviceKey),
    fetch: options.fetch ?? fetch,
    clock,
  });
  const ends = createListeners<HeardEnd>();
  const keyChanges = createListeners<void>();
  const state = createFeedState({
    now: clock.now,
    mostEntries: options.revocationEntries ?? 500_000,
    degraded: options.degraded,
    staleAfterSeconds: options.staleAfterSeconds,
    onEnd: ends.tell,
  });
  const following = followFeed({ client, state, issuer, tenant, clock, onKeysChanged: keyChanges.tell });
  const activity = createActivity({ client, clock, mostBatches: options.activityBatches });
  const close = async () => void (await Promise.all([activity.close(), following.close()]));
  return {
    client,
    activity,
    revocations: createRevocations({ state, introspection: createIntrospection(client, clock), clock }),
    state: () => ({
      feed: state.health(),
      trouble: following.trouble(),
      degraded: state.policy().degraded,
      streams: following.streams(),
      heardAt: state.heardAt(),
      revocations: { entries: state.table.size(), bytes: state.table.bytes() },
      activity: activity.state(),
    }),
    onKeysChanged: keyChanges.add,
    onEnd: ends.add,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function keyOf(given: ArgusOptions['serviceKey']): SignatureKey {
  try {
    const source = typeof given === 'string' ? createPrivateKey(given) : given;
    const key = signatureKeyOf(source, { algorithm: 'ed25519' });
    if (key.key.type === 'private') return key;
  } catch (cause) {
    throw new ProtectionFault('serviceKey must be an Ed25519 private key', { cause });
  }
  throw new ProtectionFault('serviceKey must be an Ed25519 private key');
}
