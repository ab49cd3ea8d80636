import { hash } from 'node:crypto';
import type { ArgusCalls } from './argus-calls.ts';
import type { GatewayCounts } from './counts.ts';
import type { GatewaySettings } from './settings.ts';
import { type TokensGiven, tokensGiven } from './tokens-given.ts';

/** What became of a refresh token. */
export type Renewed =
  | { readonly kind: 'renewed'; readonly tokens: TokensGiven }
  /** Argus says that the session is over. */
  | { readonly kind: 'ended' }
  /** A sign-in or step-up put other cookies in the place of this one's; whoever has them shows them next time. */
  | { readonly kind: 'replaced' }
  | Waiting;

interface Waiting {
  readonly kind: 'unavailable';
  readonly retryAfterSeconds: number;
  /** An error that only a better set-up of the gateway cures. */
  readonly error: string | null;
  readonly isReached: boolean;
}

export interface RenewalAsk {
  readonly refresh: string;
  /** How long the person has been idle; null for no activity at all. */
  readonly idleSeconds: number | null;
  /** What the browser says of itself: what one has replaced is not given to another. */
  readonly browser: string;
}

export interface Renewals {
  /** Never rejects. */
  renew(ask: RenewalAsk): Promise<Renewed>;
  /** This token was exchanged for something better: whoever still shows it gets nothing by it. */
  replace(refresh: string): void;
  size(): { readonly inFlight: number; readonly settled: number };
}

const mostSettled = 10_000;
const mostInFlight = 1_000;
const longestChain = 8;
/** More than any session lasts, so that it is activity in no reader's eyes. */
const neverSeconds = 2_147_483_647;
const misconfiguredPauseSeconds = 30;

interface Settled {
  readonly outcome: Renewed;
  readonly until: number;
  readonly browser: string;
}

interface Running {
  readonly outcome: Promise<Renewed>;
  readonly browser: string;
  readonly fate: Fate;
}

/** Whether the token was given up while its renewal was on its way. */
interface Fate {
  isReplaced: boolean;
}

interface Memory {
  readonly inFlight: Map<string, Running>;
  readonly settled: Map<string, Settled>;
  /** While Argus cannot be reached, requests do not queue up to find that out one by one. */
  quietUntil: number;
}

/**
 * One refresh at a time for each refresh token, however many requests carry it; and for a while the same answer to
 * whoever still carries it, since answers with new cookies get lost or overtaken on their way.
 */
export function createRenewals(
  settings: GatewaySettings,
  calls: ArgusCalls,
  counts: GatewayCounts,
): Renewals {
  const memory: Memory = { inFlight: new Map(), settled: new Map(), quietUntil: 0 };
  const { clock } = settings;
  const remember = (key: string, outcome: Renewed, ...[browser = '']: [string?]): void => {
    const keptMs = outcome.kind === 'unavailable' ? outcome.retryAfterSeconds * 1000 : settings.replacedMs;
    memory.settled.delete(key);
    memory.settled.set(key, { outcome, browser, until: clock.now() + keptMs });
    forget(memory.settled, clock.now());
  };
  const begin = async (asked: RenewalAsk, ...[key, fate]: [string, Fate]): Promise<Renewed> => {
    const { refresh, idleSeconds, browser } = asked;
    const idle_seconds = String(idleSeconds ?? neverSeconds);
    const outcome = await ask(settings, calls, {
      grant_type: 'refresh_token',
      refresh_token: refresh,
      idle_seconds,
    });
    count(counts, outcome);
    if (fate.isReplaced) {
      // The cookies that this would bring would take the place of better ones, or bring a session back.
      if (outcome.kind === 'renewed') await calls.revoke(outcome.tokens.refresh);
      return { kind: 'replaced' };
    }
    if (outcome.kind === 'unavailable' && !outcome.isReached) {
      memory.quietUntil = clock.now() + outcome.retryAfterSeconds * 1000;
    } else remember(key, outcome, browser);
    return outcome;
  };
  return {
    renew: (asked) => {
      const known = recall(memory, asked, clock.now());
      if (known !== undefined) {
        counts.refreshesShared += 1;
        return Promise.resolve(known);
      }
      const wait = waitOf(memory, clock.now());
      if (wait !== null) return Promise.resolve(wait);
      const key = keyOf(asked.refresh);
      const fate = { isReplaced: false };
      const outcome = begin(asked, key, fate).finally(() => memory.inFlight.delete(key));
      memory.inFlight.set(key, { outcome, browser: asked.browser, fate });
      return outcome;
    },
    replace: (refresh) => {
      const key = keyOf(refresh);
      const running = memory.inFlight.get(key);
      if (running) running.fate.isReplaced = true;
      remember(key, { kind: 'replaced' });
    },
    size: () => ({ inFlight: memory.inFlight.size, settled: memory.settled.size }),
  };
}

async function ask(
  { clock }: GatewaySettings,
  calls: ArgusCalls,
  fields: Readonly<Record<string, string>>,
): Promise<Renewed> {
  const called = await calls.token(fields);
  switch (called.kind) {
    case 'done': {
      const tokens = tokensGiven(called.body, clock.now());
      return tokens ? { kind: 'renewed', tokens } : misconfigured('no-session-tokens');
    }
    case 'refused':
      // Whatever else it refuses is a mistake of the set-up, which an operator cures; nobody's session ends by it.
      return called.error === 'invalid_grant' ? { kind: 'ended' } : misconfigured(called.error);
    case 'unavailable':
      return { ...called, error: null };
  }
}

function misconfigured(error: string): Renewed {
  return { kind: 'unavailable', retryAfterSeconds: misconfiguredPauseSeconds, error, isReached: true };
}

/**
 * What is known of a token or on its way: the newest successor, since late requests must not set cookies back to one
 * that has been replaced meanwhile. Another browser than the one that replaced it gets nothing.
 */
function recall(
  { settled, inFlight }: Memory,
  { refresh, browser }: RenewalAsk,
  now: number,
): Renewed | Promise<Renewed> | undefined {
  let outcome: Renewed | undefined;
  let token = refresh;
  for (let hop = 0; hop < longestChain; hop += 1) {
    const key = keyOf(token);
    const running = inFlight.get(key);
    if (running !== undefined) return running.browser === browser ? running.outcome : { kind: 'replaced' };
    const next = settled.get(key);
    if (next === undefined || next.until <= now) break;
    // That the successor cannot be renewed now makes it no worse itself.
    if (next.outcome.kind === 'unavailable' && outcome !== undefined) break;
    outcome = next.outcome;
    if (outcome.kind !== 'renewed') break;
    if (next.browser !== browser) return { kind: 'replaced' };
    token = outcome.tokens.refresh;
  }
  return outcome;
}

function waitOf(memory: Memory, now: number): Renewed | null {
  const leftMs = memory.inFlight.size >= mostInFlight ? 1000 : memory.quietUntil - now;
  if (leftMs <= 0) return null;
  return { kind: 'unavailable', retryAfterSeconds: Math.ceil(leftMs / 1000), error: null, isReached: false };
}

/** Nearly in the order of their ends; whatever is over counts for nothing before it is forgotten, too. */
function forget(settled: Map<string, Settled>, now: number): void {
  for (const [key, { until }] of settled) {
    if (until > now && settled.size <= mostSettled) return;
    settled.delete(key);
  }
}

function count(counts: GatewayCounts, { kind }: Renewed): void {
  if (kind === 'renewed') counts.refreshes += 1;
  else if (kind === 'ended') counts.refreshesRefused += 1;
  else if (kind === 'unavailable') counts.refreshesFailed += 1;
}

/** The token itself is not kept beside what it was exchanged for. */
function keyOf(refresh: string): string {
  return hash('sha256', refresh, 'base64url');
}
