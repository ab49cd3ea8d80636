/** Everything the client takes from the browser. Tests, and hosts that are no browser, bring their own. */
export interface Environment {
  /** The page's origin; only calls to it are ever refreshed and repeated. */
  readonly origin: string;
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;
  /** Milliseconds since the Unix epoch. */
  readonly clock: { now(): number };
  readonly timers: { set(run: () => void, delayMs: number): unknown; clear(timer: unknown): void };
  readonly random: {
    /** A number in [0, 1). */
    fraction(): number;
    /** Names this tab among the tabs of one browser; proves nothing. */
    id(): string;
  };
  /** Web Locks, or null where the browser has none. */
  readonly locks: Locks | null;
  /** BroadcastChannel, or null where the browser has none. */
  readonly openChannel: ((name: string, hear: (message: unknown) => void) => Channel) | null;
  readonly page: {
    isVisible(): boolean;
    /** The person works in this page and not in another window. */
    hasFocus(): boolean;
    /** The person did something here. Returns how to stop listening. */
    onActivity(run: () => void): () => void;
    /** The page came to the front, out of sleep or back to the network. Returns how to stop listening. */
    onWake(run: () => void): () => void;
  };
  /** Open a small window; null when the browser does not let it open. */
  readonly openWindow: (url: string) => OpenedWindow | null;
  /** Takes what a subscriber threw; never throws itself. */
  readonly report: (error: unknown) => void;
}

/** The part of `Window` that is used. */
export interface OpenedWindow {
  /** Also true of a window that is out of reach: one whose `Cross-Origin-Opener-Policy` differs from this page's. */
  readonly closed: boolean;
  focus(): void;
  close(): void;
}

/** The part of `LockManager` that is used. */
export interface Locks {
  request<T>(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    work: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

/** The part of `BroadcastChannel` that is used. */
export interface Channel {
  postMessage(message: unknown): void;
  close(): void;
}

// A script can scroll, so `scroll` proves nobody; wheel, touch, pointer and keys come from a person.
const activityEvents = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove', 'visibilitychange'];
const wakeEvents = ['visibilitychange', 'focus', 'pageshow', 'resume', 'online'];

/** The browser this runs in. Safe to call where there is no page (server-side rendering). */
export function browserEnvironment(): Environment {
  const isVisible = (): boolean => globalThis.document?.visibilityState === 'visible';
  return {
    origin: globalThis.location?.origin ?? '',
    fetch: (input, init) => fetch(input, init),
    clock: { now: () => Date.now() },
    timers: {
      set: (run, delayMs) => setTimeout(run, delayMs),
      clear: (timer) => clearTimeout(timer as number), // what `set` gave
    },
    random: { fraction: () => Math.random(), id: () => Math.random().toString(36).slice(2) },
    locks: globalThis.navigator?.locks ?? null, // absent in insecure contexts
    openChannel: globalThis.BroadcastChannel ? openChannel : null,
    page: {
      isVisible,
      hasFocus: () => globalThis.document?.hasFocus() ?? false,
      onActivity: (run) =>
        listen(activityEvents, true, (event) => {
          if (event.isTrusted && isVisible()) run();
        }),
      onWake: (run) => listen(wakeEvents, false, run),
    },
    openWindow: (url) => globalThis.open?.(url, '_blank', 'popup,width=480,height=680') ?? null,
    report: (error) => globalThis.reportError?.(error),
  };
}

function openChannel(name: string, hear: (message: unknown) => void): Channel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => hear(data);
  return channel;
}

/** Passive, so that scrolling never waits; capturing where applications might stop the event on its way. */
function listen(types: readonly string[], capture: boolean, run: (event: Event) => void): () => void {
  const options = { passive: true, capture };
  // `resume` is fired at the document and does not bubble; the others reach the window.
  const placeOf = (type: string): EventTarget | undefined =>
    type === 'resume' ? globalThis.document : globalThis.window;
  for (const type of types) placeOf(type)?.addEventListener(type, run, options);
  return () => {
    for (const type of types) placeOf(type)?.removeEventListener(type, run, options);
  };
}
