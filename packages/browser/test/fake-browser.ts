import { createSession, type Session, type SessionSettings } from '../src/index.ts';
import type { Environment } from '../src/services/environment.ts';
import { createFakeChannels } from './fake-channels.ts';
import { createFakeLock } from './fake-locks.ts';
import { createFakeNetwork, emptyJar, origin } from './fake-network.ts';
import { balanced, createFakeServer, type Limits } from './fake-server.ts';
import { createFakeTime, seededFraction } from './fake-time.ts';
import { type FakeWindow, openFakeWindow } from './fake-windows.ts';

/** One tab with the client in it. */
export interface Tab {
  readonly name: string;
  readonly session: Session;
  isAlive: boolean;
  isVisible: boolean;
  hasFocus: boolean;
  /** Its browser lets no window open. */
  isBlocking: boolean;
  /** What its client opened, the newest last. */
  readonly windows: FakeWindow[];
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

export type TabSettings = Omit<SessionSettings, 'environment'> & { isVisible?: boolean };
export type FakeBrowser = ReturnType<typeof createFakeBrowser>;

/** One browser with tabs, cookies, Web Locks, BroadcastChannel and its own time, against a fake Argus. */
export function createFakeBrowser(settings: BrowserSettings = {}) {
  const fraction = seededFraction(settings.seed ?? 1);
  const time = createFakeTime();
  const server = createFakeServer(time.now, settings.limits ?? balanced);
  const network = createFakeNetwork({ time, server, fraction }, settings.latencyMs ?? 60);
  const lock = createFakeLock(time, fraction);
  const channels = createFakeChannels(time, fraction);
  const tabs: Tab[] = [];

  const environmentOf = (tab: Omit<Tab, 'session'>): Environment => ({
    origin,
    fetch: (input, init) => network.send(tab, input, init),
    clock: { now: () => time.now() + (settings.clockAheadMs ?? 0) },
    timers: { set: (run, delayMs) => time.later(tab, delayMs, run), clear: time.cancel },
    random: { fraction, id: () => `${fraction()}` },
    locks: settings.hasLocks === false ? null : lock.locksOf(tab),
    openChannel: settings.hasChannel === false ? null : channels.openChannelOf(tab),
    page: {
      isVisible: () => tab.isVisible,
      hasFocus: () => tab.hasFocus,
      onActivity: into(tab.activity),
      onWake: into(tab.wakes),
    },
    openWindow: (url) => openFakeWindow(tab, url, channels),
    report: (error) => tab.faults.push(error),
  });

  return {
    server,
    network,
    lock,
    tabs,
    /** Open a tab and start the client in it. */
    openTab({ isVisible = true, ...more }: TabSettings = {}): Tab {
      const body = {
        isAlive: true,
        isVisible,
        hasFocus: true,
        isBlocking: false,
        windows: [],
        activity: new Set<() => void>(),
        wakes: new Set<() => void>(),
      };
      const blank = { name: `tab-${tabs.length + 1}`, faults: [], ...body };
      const session = createSession({ ...more, environment: environmentOf(blank) });
      const tab: Tab = Object.assign(blank, { session });
      tabs.push(tab);
      void session.start();
      return tab;
    },
    /** The tab is gone between two instructions; its locks and timers go with it, its request may arrive. */
    killTab(tab: Tab): void {
      tab.isAlive = false;
      for (const part of [time, lock, channels, network]) part.drop(tab);
    },
    run: time.run,
    sleep: time.sleep,
    now: time.now,
    act(tab: Tab): void {
      if (tab.isAlive) for (const mark of tab.activity) mark();
    },
    wake(tab: Tab): void {
      if (tab.isAlive) for (const rise of tab.wakes) rise();
    },
    /** A hosted page, outside the client, signs in. */
    signInElsewhere(): void {
      network.jar = server.signIn();
    },
    clearCookies(): void {
      network.jar = emptyJar;
    },
    states: (): string[] => tabs.filter(({ isAlive }) => isAlive).map(({ session }) => session.current.state),
  };
}

function into(set: Set<() => void>): (run: () => void) => () => void {
  return (run) => {
    set.add(run);
    return () => set.delete(run);
  };
}

/** Act in one tab once every `everyMs` for `forMs`. */
export async function work(
  browser: FakeBrowser,
  tab: Tab,
  { everyMs, forMs }: { everyMs: number; forMs: number },
): Promise<void> {
  for (let passed = 0; passed < forMs; passed += everyMs) {
    browser.act(tab);
    await browser.run(everyMs);
  }
}
