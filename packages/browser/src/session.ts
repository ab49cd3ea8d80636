import { call } from './calls.ts';
import { countdown, staySignedIn } from './idle.ts';
import { reload, start, tick } from './keep-fresh.ts';
import { browserEnvironment, type Environment } from './services/environment.ts';
import { type SessionInit, sessionFetch } from './session-fetch.ts';
import { type Core, type CurrentSession, close, type StepUpChoice, tell } from './state.ts';
import { type StepUp, stepUp } from './step-up.ts';

export interface SessionSettings {
  /** Path before `/api/session` on this page's origin; `''` by default. */
  readonly base?: string;
  /** How long before its end a session is warned of, in seconds; 60 by default. */
  readonly warnSeconds?: number;
  /**
   * Whether activity during the warning keeps the person signed in by itself (the default), or only
   * `staySignedIn()` does.
   */
  readonly activityExtends?: boolean;
  /**
   * What `fetch` does when an API asks for a stronger or fresher proof (RFC 9470): `pass` hands the refusal on (the
   * default), `ask` steps up and sends the request once more. A call may choose otherwise.
   */
  readonly stepUp?: StepUpChoice;
  /** Parts of the browser to replace, for tests and hosts that are no browser. */
  readonly environment?: Partial<Environment>;
}

export interface Session extends Disposable, AsyncDisposable {
  /** The path that was given, `''` by default. */
  readonly base: string;
  /** What is known now. The same object until something changes, so React's `useSyncExternalStore` takes it. */
  readonly current: CurrentSession;
  /**
   * Hear of `current` now and at every change (a Svelte store, and the `subscribe` of `useSyncExternalStore`).
   *
   * @returns how to stop
   */
  subscribe(subscriber: (current: CurrentSession) => void): () => void;
  /** Begin: read the session and keep it fresh until `stop()`. Resolves when it was asked once; never rejects. */
  start(): Promise<void>;
  /** End what `start` began. A refresh on its way is left to finish, for it carries the next cookies. */
  stop(): void;
  /** Ask the server now, for example after a sign-in on this page. Never rejects. */
  check(): Promise<void>;
  /** Keep the session from ending by idleness. Resolves with whether it worked; `current` says why not. */
  staySignedIn(): Promise<boolean>;
  /**
   * End the session here and in every tab.
   *
   * @throws {SessionError} when the server could not be told; the person is then still signed in
   */
  signOut(): Promise<void>;
  /** Hear the whole seconds until the session ends while there is a warning, else null. Returns how to stop. */
  countdown(tell: (secondsLeft: number | null) => void): () => void;
  /**
   * Have the person prove again who they are, in a small window of Argus, unless what they proved is enough already.
   * Resolves when it is, in every tab. Calls at the same time share one window. Call it from within a click, or the
   * browser may not let the window open.
   *
   * @throws {SessionError} `closed`, `blocked`, `session-ended`, `insufficient`, or what kept the session from being
   *   read; the reason of `signal` when that was aborted
   */
  stepUp(asked?: StepUp): Promise<void>;
  /**
   * `fetch` for your own API: a 401 for the access token is answered by one refresh and one more try, and with
   * `stepUp: 'ask'` one for a stronger or fresher proof (RFC 9470) by a step-up and one more try.
   */
  fetch(input: RequestInfo | URL, init?: SessionInit): Promise<Response>;
}

/**
 * The session of this browser: what it is, kept fresh, in step with the other tabs.
 * Nothing happens before `start()`.
 */
export function createSession(settings: SessionSettings = {}): Session {
  const core = createCore(settings);
  const stop = (): void => core.running?.stop();
  return {
    get current() {
      return core.current;
    },
    subscribe(subscriber) {
      // Wrapped, so that the same function may subscribe twice.
      const entry = (current: CurrentSession): void => subscriber(current);
      core.subscribers.add(entry);
      tell(core, entry);
      return () => core.subscribers.delete(entry);
    },
    base: core.settings.base,
    start: () => start(core),
    stop,
    check: () => reload(core),
    staySignedIn: () => staySignedIn(core),
    signOut: () => signOut(core),
    countdown: (hear) => countdown(core, hear),
    stepUp: (asked) => stepUp(core, asked),
    fetch: (input, init) => sessionFetch(core, input, init),
    [Symbol.dispose]: stop,
    async [Symbol.asyncDispose]() {
      stop();
      await core.renewing;
    },
  };
}

function createCore({
  base = '',
  warnSeconds = 60,
  activityExtends = true,
  stepUp: choice = 'pass',
  ...more
}: SessionSettings): Core {
  const core: Core = {
    environment: { ...browserEnvironment(), ...more.environment },
    settings: { base, warnSeconds, activityExtends, stepUp: choice },
    subscribers: new Set(),
    tick: () => tick(core),
    current: { state: 'unknown', trouble: null },
    known: null,
    warning: null,
    trouble: null,
    skewMs: 0,
    refreshedAt: 0,
    checkedAt: 0,
    notBefore: 0,
    dueAt: 0,
    failures: 0,
    epoch: 0,
    closedId: null,
    loading: null,
    renewing: null,
    asking: null,
    timer: undefined,
    running: null,
  };
  return core;
}

async function signOut(core: Core): Promise<void> {
  const { environment, settings } = core;
  const answered = await call(environment, 'DELETE', { url: `${settings.base}/api/session` });
  if (answered.kind === 'trouble') throw answered.error;
  close(core, 'signed-out');
  core.tick();
}
