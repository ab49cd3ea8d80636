import type { AssuranceLevel } from '@argus/contract';
import { reload } from './keep-fresh.ts';
import { SessionError } from './session-error.ts';
import type { Core } from './state.ts';
import { openTabs } from './tabs.ts';

/** A window in which the person is asked for a proof. */
export interface Asking {
  readonly acr: AssuranceLevel;
  /** With what went wrong, or null when the person proved something. The session was read again before. */
  readonly ended: Promise<SessionError | null>;
  /** How many calls wait for it. */
  waiting: number;
  /** Bring it to the front. */
  show(): void;
  end(error: SessionError | null): void;
}

const lookMs = 1000;
/** A page may be between two others for as long as this. */
const awayMs = 3000;

/**
 * Open Argus's `/step-up` in a small window and hear from it how it goes.
 *
 * @throws {SessionError} `blocked`
 */
export function ask(core: Core, acr: AssuranceLevel): Asking {
  const { environment, settings } = core;
  const { timers, page, random } = environment;
  const id = random.id();
  const { base } = settings;
  const query = new URLSearchParams({
    acr,
    returnTo: `${base}/step-up/done?window=${encodeURIComponent(id)}`,
  });
  const opened = environment.openWindow(`${base}/step-up?${query}`);
  if (!opened) throw new SessionError('blocked');
  const { promise, resolve } = Promise.withResolvers<SessionError | null>();
  let timer: unknown;
  let isHere = false;
  let awayForMs = 0;

  const end = (error: SessionError | null): void => {
    if (core.asking !== asking) return;
    core.asking = null;
    timers.clear(timer);
    tabs.close();
    unwake();
    opened.close();
    resolve(error);
  };
  const finish = async (error: SessionError | null): Promise<void> => {
    await reload(core);
    end(error ?? core.trouble);
  };
  // `closed` is true, too, of a window that is only out of reach: by another Cross-Origin-Opener-Policy, or at another
  // provider. So it counts only while no page of Argus says that it is there, and the person is back here.
  const look = (): void => {
    awayForMs = !isHere && opened.closed && page.hasFocus() ? awayForMs + lookMs : 0;
    if (awayForMs > awayMs) void finish(new SessionError('closed'));
    else timer = timers.set(look, lookMs);
  };

  const tabs = openTabs(environment, 'argus-step-up');
  tabs.listen((word) => {
    if (!('id' in word) || word.id !== id) return;
    isHere = word.kind === 'window-open';
    if (word.kind === 'window-closed') void finish(new SessionError('closed'));
    if (word.kind === 'window-done') void finish(null);
  });
  // Where the window could not say that it is done.
  const unwake = page.onWake(() => void reload(core));
  timer = timers.set(look, lookMs);
  const asking: Asking = { acr, ended: promise, waiting: 0, show: () => opened.focus(), end };
  core.asking = asking;
  return asking;
}
