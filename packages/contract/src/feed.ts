/**
 * What Argus tells the services of a tenant as it happens: that something ended, and that keys or policy changed.
 * Instants are whole seconds here, as in the tokens that they are about, but for `before`, which is milliseconds.
 */

/** What a middleware does with tokens while it does not hear from Argus. */
export const degradedBehaviours = ['introspect', 'fail-closed', 'accept-until-expiry'] as const;
export type DegradedBehaviour = (typeof degradedBehaviours)[number];

/** What policy says to those who follow the feed. */
export interface FeedPolicy {
  readonly degraded: DegradedBehaviour;
  /** Without a word from Argus for this long, a middleware is degraded. */
  readonly staleAfterSeconds: number;
}

/** Something is refused until `exp`, from when on its tokens have expired by themselves. */
export type Revocation =
  | { readonly type: 'session-ended'; readonly sid: string; readonly exp: number; readonly reason: string }
  | { readonly type: 'grant-ended'; readonly gid: string; readonly exp: number }
  | { readonly type: 'token-ended'; readonly jti: string; readonly exp: number }
  /** Every session of a person that began at `before` or earlier (claim `sct`). */
  | { readonly type: 'user-ended'; readonly sub: string; readonly before: number; readonly exp: number }
  /** Every token of a client that was issued in the second of `before` or earlier (claim `iat`). */
  | {
      readonly type: 'client-ended';
      readonly client_id: string;
      readonly before: number;
      readonly exp: number;
    }
  /** Every token of the tenant that was issued in the second of `before` or earlier. */
  | { readonly type: 'tenant-ended'; readonly before: number; readonly exp: number };
export type RevocationType = Revocation['type'];

export const revocationTypes = [
  'session-ended',
  'grant-ended',
  'token-ended',
  'user-ended',
  'client-ended',
  'tenant-ended',
] as const satisfies readonly RevocationType[];

/** Something to be looked at anew. */
export type Announcement =
  /** Fetch the key sets now, past every cool-down. */
  | { readonly type: 'keys-rotated'; readonly emergency: boolean }
  | ({ readonly type: 'policy-changed' } & FeedPolicy);

/** What the feed carries: numbered without a gap, each with the digest of the one before it. */
export type FeedEvent = Revocation | Announcement;

type Untimed<Event> = Event extends FeedEvent ? Omit<Event, 'exp' | 'before'> : never;
/** What happened, as it waits for its number: the times follow from when it gets that. */
export type Told = Untimed<FeedEvent>;

/**
 * A revocation as it stands in a snapshot: its kind in one letter, whom it is about, its end and, where it has one, its
 * `before`.
 */
export type SnapshotEntry = readonly [kind: SnapshotKind, of: string, exp: number, before?: number];

/** The letters of kinds of revocations. */
export const snapshotKinds = {
  s: 'session-ended',
  g: 'grant-ended',
  t: 'token-ended',
  u: 'user-ended',
  c: 'client-ended',
  a: 'tenant-ended',
} as const satisfies Record<string, RevocationType>;
export type SnapshotKind = keyof typeof snapshotKinds;
