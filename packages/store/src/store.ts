import type { ActivityWork, AuditEvent, Mark, RefreshFacts, Rotation } from '@argus/core';
import { appends } from './append.ts';
import { claims } from './claim.ts';
import { type Commit, type Committed, commit } from './commit.ts';
import { countPasswordTry, type PasswordTry, type PasswordTryCounted } from './count-password-try.ts';
import { type FeedEars, type FeedListening, listenToFeeds } from './feed/listen.ts';
import { type Numbered, type Numbering, numberEvents } from './feed/number-events.ts';
import { openPool, type Pool, type PoolOptions } from './postgres/pool.ts';
import { type CodeName, type CodeRecord, codeFactsQuestion } from './questions/code-facts.ts';
import { type GrantName, refreshFactsQuestion } from './questions/refresh-facts.ts';
import { type ActivityWritten, recordActivity } from './record-activity.ts';
import { type Redeemed, type Redemption, redemptions } from './redeem.ts';
import { rotations } from './rotate.ts';
import { systemRandom } from './services/random.ts';

/** What is remembered. Questions are functions over `pool`; writes go through the store itself. */
export interface Store extends AsyncDisposable {
  readonly pool: Pool;
  commit(work: Commit): Promise<Committed>;
  /** Whether this rotation won; false means: gather again, decide again. */
  rotate(rotation: Rotation): Promise<boolean>;
  /** Whether this redemption won, or what it did not find: gather again, decide again. */
  redeemCode(redemption: Redemption): Promise<Redeemed>;
  /** Use up what was shown, all of it; whether nothing of it was ever shown before. */
  claim(tenant: string, marks: readonly Mark[]): Promise<boolean>;
  /** Count a password before it is looked at. */
  countPasswordTry(asked: PasswordTry): Promise<PasswordTryCounted>;
  /** Add audit events that belong to no change; those of one moment share a statement. */
  append(tenant: string, events: readonly AuditEvent[]): Promise<void>;
  /** Count what a service reported of sessions; once for each batch. */
  recordActivity(work: ActivityWork): Promise<ActivityWritten>;
  /** Give what waits for the feed of a tenant its numbers. */
  numberEvents(tenant: string, numbering: Numbering): Promise<Numbered>;
  /** Hear of every feed that grows, whichever node made it grow. */
  listenToFeeds(ears: Omit<FeedEars, 'url'>): FeedListening;
  /** Called whenever a commit left something for the feed of a tenant; one at a time. */
  onTold(listener: (tenant: string) => void): void;
  refreshFacts(name: GrantName): Promise<RefreshFacts | null>;
  codeFacts(name: CodeName): Promise<CodeRecord | null>;
  /** Whether the database answers. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}

export interface StoreOptions extends PoolOptions {
  /** Names for the audit events that a commit adds by itself: UUIDv7, so that they sort by time; random if absent. */
  readonly uuid?: () => string;
}

/** Open a store on a migrated database. */
export function openStore(options: StoreOptions): Store {
  const pool = openPool(options);
  const rotating = rotations(pool);
  const asking = refreshFactsQuestion(pool);
  const appending = appends(pool);
  const claiming = claims(pool);
  const redeeming = redemptions(pool);
  const askingCodes = codeFactsQuestion(pool);
  const close = () => pool.end();
  let onTold: (tenant: string) => void = () => undefined;
  return {
    pool,
    commit: (work) =>
      commit({ pool, uuid: options.uuid ?? systemRandom.uuid, onTold: (tenant) => onTold(tenant) }, work),
    numberEvents: (tenant, numbering) => numberEvents(pool, tenant, numbering),
    listenToFeeds: (ears) => listenToFeeds({ ...ears, url: options.url }),
    onTold(listener) {
      onTold = listener;
    },
    rotate: (rotation) => rotating.submit(rotation),
    redeemCode: (redemption) => redeeming.submit(redemption),
    codeFacts: (name) => askingCodes.submit(name),
    claim: async (tenant, marks) => {
      const areFirst = await Promise.all(marks.map((mark) => claiming.submit({ tenant, mark })));
      return areFirst.every((isFirst) => isFirst);
    },
    countPasswordTry: (asked) => countPasswordTry(pool, asked),
    append: (tenant, events) => appending.submit({ tenant, events }),
    recordActivity: (work) => recordActivity(pool, work),
    refreshFacts: (name) => asking.submit(name),
    isReady: () =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    close,
    [Symbol.asyncDispose]: close,
  };
}
