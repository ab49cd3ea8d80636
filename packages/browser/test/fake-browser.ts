import { createSession, type Session, type SessionSettings } from '../src/index.ts';
import type { Environment, Locks } from '../src/services/environment.ts';
import { balanced, createFakeServer, type Jar, type Limits } from './fake-server.ts';

export const origin = 'https://notes.example';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly owner: Tab | null;
  readonly run: () => void;
}

/** One tab with the client in it. */
export interface Tab {
  readonly name: string;
  readonly session: Session;
  readonly environment: Environment;
  isAlive: boolean;
  isVisible: boolean;
  readonly activity: Set<() => void>;
  readonly wakes: Set<() => void>;
  readonly faults: unknown[];
}

export interface BrowserSettings {
  readonly limits?: Limits;
  readonly seed?: number;
  readonly hasLocks?: boolean;
  readonly hasChannel?: boolean;
  /** How far this browser's clock is ahead of the server's. */
  readonly clockAheadMs?: number;
  /** The longest way between browser and server, one way. */
  readonly latencyMs?: number;
}

/**
 * One browser with tabs, cookies, Web Locks, BroadcastChannel, and its own time, against a fake Argus.
 * Timers follow a time that stands still in sleep; the clocks do not.
 */
export function createFakeBrowser(settings: BrowserSettings = {}) {
  const {
    limits = balanced,
    hasLocks = true,
    hasChannel = true,
    clockAheadMs = 0,
    latencyMs = 60,
  } = settings;
  const fraction = seededFraction(settings.seed ?? 1);
  let ranMs = 0;
  let sleptMs = Date.UTC(2026, 0, 5, 9);
  let order = 0;
  let timers: Timer[] = [];
  const wall = (): number => ranMs + sleptMs;
  const server = createFakeServer(wall, limits);
  const tabs: Tab[] = [];
  const network = { isOnline: true, losesReplies: false };
  const flying = { refreshes: 0, mostRefreshes: 0, lastRefreshBy: '' };
  let jar: Jar = server.signIn();

  function later(owner: Tab | null, delayMs: number, run: () => void): Timer {
    order += 1;
    const timer = { at: ranMs + Math.max(0, Math.ceil(delayMs)), order, owner, run };
    timers.push(timer);
    return timer;
  }
  const cancel = (timer: unknown): void => {
    timers = timers.filter((other) => other !== timer);
  };

  function send(tab: Tab, input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const request = new Request(input instanceof Request ? input : new URL(String(input), origin), {
      ...init,
      ...(init.body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const path = new URL(request.url).pathname;
    const isRefresh = path === '/api/session/refresh';
    const sent = { ...jar };
    let isSettled = false;
    const settle = (act: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      if (isRefresh && tab.isAlive) flying.refreshes -= 1;
      if (tab.isAlive) act();
    };
    if (isRefresh) {
      flying.lastRefreshBy = tab.name;
      flying.mostRefreshes = Math.max(flying.mostRefreshes, ++flying.refreshes);
    }
    flights.add({ tab, isRefresh, isOpen: () => !isSettled });
    init.signal?.addEventListener('abort', () =>
      settle(() => reject(new DOMException('aborted', 'AbortError'))),
    );
    const text = typeof init.body === 'string' ? init.body : '';
    const fail = (): void => settle(() => reject(new TypeError('Failed to fetch')));
    later(null, 1 + fraction() * latencyMs, () => {
      if (!network.isOnline) return fail();
      const body: unknown = text && path.startsWith('/api/session') ? JSON.parse(text) : undefined;
      const { response, jar: set } = server.answer({
        method: request.method,
        path,
        body,
        tab: tab.name,
        jar: sent,
      });
      later(null, 1 + fraction() * latencyMs, () => {
        if (!network.isOnline || network.losesReplies) return fail();
        // Cookies are kept even when the page that asked has gone (keepalive).
        if (set && (tab.isAlive || init.keepalive)) jar = set;
        settle(() => resolve(response));
      });
    });
    return promise;
  }
  const flights = new Set<{ tab: Tab; isRefresh: boolean; isOpen(): boolean }>();

  const lockLine: { tab: Tab; start: () => void }[] = [];
  let holder: Tab | null = null;
  function passOn(): void {
    holder = null;
    const next = lockLine.shift();
    if (!next) return;
    holder = next.tab;
    later(null, fraction() * 3, next.start);
  }
  const locksOf = (tab: Tab): Locks => ({
    request(_name, { ifAvailable, signal }, work) {
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      const start = (): void => {
        if (!tab.isAlive) return;
        work({}).then(
          (value) => {
            if (!tab.isAlive) return;
            resolve(value);
            passOn();
          },
          (error: unknown) => {
            reject(error);
            passOn();
          },
        );
      };
      if (holder === null) {
        holder = tab;
        later(null, fraction() * 3, start);
      } else if (ifAvailable) {
        work(null).then(resolve, reject);
      } else {
        const place = { tab, start };
        lockLine.push(place);
        signal?.addEventListener('abort', () => {
          if (!lockLine.includes(place)) return;
          lockLine.splice(lockLine.indexOf(place), 1);
          reject(new DOMException('aborted', 'AbortError'));
        });
      }
      return promise;
    },
  });

  const lines = new Set<{ tab: Tab; name: string; hear: (message: unknown) => void }>();
  const openChannelOf = (tab: Tab) => (name: string, hear: (message: unknown) => void) => {
    const line = { tab, name, hear };
    lines.add(line);
    return {
      postMessage(message: unknown) {
        for (const other of lines) {
          if (other === line || other.name !== name) continue;
          const copy: unknown = structuredClone(message);
          later(other.tab, fraction() * 5, () => lines.has(other) && other.hear(copy));
        }
      },
      close: () => void lines.delete(line),
    };
  };

  /** Open a tab and start the client in it. */
  function openTab(options: Omit<SessionSettings, 'environment'> & { isVisible?: boolean } = {}): Tab {
    const { isVisible = true, ...more } = options;
    const activity = new Set<() => void>();
    const wakes = new Set<() => void>();
    const faults: unknown[] = [];
    const name = `tab-${tabs.length + 1}`;
    const listen = (set: Set<() => void>) => (run: () => void) => {
      set.add(run);
      return () => set.delete(run);
    };
    const state = { name, activity, wakes, faults, isAlive: true, isVisible };
    const environment: Environment = {
      origin,
      fetch: (input, init) => send(tab, input, init),
      clock: { now: () => wall() + clockAheadMs },
      timers: { set: (run, delayMs) => later(tab, delayMs, run), clear: cancel },
      random: { fraction, id: () => `${fraction()}` },
      locks: null,
      openChannel: null,
      page: { isVisible: () => tab.isVisible, onActivity: listen(activity), onWake: listen(wakes) },
      report: (error) => faults.push(error),
    };
    const tab: Tab = Object.assign(state, { environment, session: null as unknown as Session }); // set below
    Object.assign(environment, {
      locks: hasLocks ? locksOf(tab) : null,
      openChannel: hasChannel ? openChannelOf(tab) : null,
    });
    Object.assign(tab, { session: createSession({ ...more, environment }) });
    tabs.push(tab);
    void tab.session.start();
    return tab;
  }

  /** The tab is gone between two instructions; its locks and timers go with it, its request may arrive. */
  function killTab(tab: Tab): void {
    if (!tab.isAlive) return;
    for (const flight of flights) {
      if (flight.tab === tab && flight.isRefresh && flight.isOpen()) flying.refreshes -= 1;
    }
    tab.isAlive = false;
    timers = timers.filter((timer) => timer.owner !== tab);
    for (const line of lines) if (line.tab === tab) lines.delete(line);
    for (const place of lockLine.filter((waiting) => waiting.tab === tab)) {
      lockLine.splice(lockLine.indexOf(place), 1);
    }
    if (holder === tab) passOn();
  }

  /** Let time pass. */
  async function run(ms: number): Promise<void> {
    const until = ranMs + ms;
    for (;;) {
      await settled();
      const next = timers
        .filter((timer) => timer.at <= until)
        .reduce<Timer | null>((first, timer) => (first && isBefore(first, timer) ? first : timer), null);
      if (!next) break;
      cancel(next);
      ranMs = Math.max(ranMs, next.at);
      next.run();
    }
    ranMs = until;
  }

  return {
    server,
    network,
    flying,
    tabs,
    openTab,
    killTab,
    run,
    /** Time of the server and of the world. */
    now: wall,
    /** The lid is shut: clocks go on, timers do not. */
    sleep(ms: number): void {
      sleptMs += ms;
    },
    act(tab: Tab): void {
      if (tab.isAlive) for (const mark of tab.activity) mark();
    },
    wake(tab: Tab): void {
      if (tab.isAlive) for (const rise of tab.wakes) rise();
    },
    /** A hosted page, outside the client, signs in or changes the cookies. */
    signInElsewhere(): void {
      jar = server.signIn();
    },
    clearCookies(): void {
      jar = { accessExpiresAt: 0, generation: 0, sessionId: null };
    },
    states: (): string[] => tabs.filter(({ isAlive }) => isAlive).map(({ session }) => session.current.state),
  };
}

export type FakeBrowser = ReturnType<typeof createFakeBrowser>;

/** Act in one tab once every `everyMs` for `forMs`. */
export async function work(
  browser: FakeBrowser,
  tab: Tab,
  { everyMs, forMs }: { everyMs: number; forMs: number },
) {
  for (let passed = 0; passed < forMs; passed += everyMs) {
    browser.act(tab);
    await browser.run(everyMs);
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Every promise that can settle has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Mulberry32: small, seeded, and good enough to shuffle the order of things. */
function seededFraction(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
