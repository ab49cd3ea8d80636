import type { AssuranceLevel } from '@argus/contract';
import { load } from './keep-fresh.ts';
import type { Known } from './known.ts';
import { SessionError } from './session-error.ts';
import { type Core, serverNow } from './state.ts';
import { ask } from './step-up-window.ts';

/** What a person is asked to prove (RFC 9470). With neither level nor age: anything, but now. */
export interface StepUp {
  /** This assurance level or a higher one. */
  readonly acr?: AssuranceLevel;
  /** How long ago they may have proved it, in seconds. A proof made after the call is always fresh enough. */
  readonly maxAge?: number;
  /** Gives up waiting; the window closes when nobody waits any more. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves when the session meets what is asked.
 *
 * @param refused what was known when an API found it too little: then only a newer proof will do
 */
export async function stepUp(core: Core, asked: StepUp = {}, refused?: Known | null): Promise<void> {
  const { acr = 'urn:argus:aal1', signal } = asked;
  signal?.throwIfAborted();
  if (core.current.state === 'unknown') await load(core);
  const begun = core.known;
  if (!begun) throw core.trouble ?? new SessionError('session-ended');
  // Whoever signs in meanwhile did not ask for this.
  const isOther = (): boolean => core.known?.id !== begun.id;
  const since = (refused ?? begun).authTime;
  const maxAge = refused === undefined ? (asked.maxAge ?? (asked.acr ? Infinity : 0)) : -Infinity;
  const isMet = (): boolean => {
    const { known } = core;
    // The names of the levels sort as the levels do.
    if (!known || isOther() || known.answer.session.acr < acr) return false;
    return known.authTime > since || serverNow(core) - known.authTime <= maxAge * 1000;
  };
  while (!isMet()) {
    signal?.throwIfAborted();
    const open = core.asking;
    // Nobody is asked in two windows at once; who asks for more than the open one does waits for the next.
    const error = await waitFor(core, open ?? ask(core, acr), { signal, isOver: () => isMet() || isOther() });
    if (isMet()) return;
    if (isOther()) throw new SessionError('session-ended');
    if (!open || open.acr >= acr || error) throw error ?? new SessionError('insufficient');
  }
}

/** Wait until it is over, by the window or from elsewhere. Gives what went wrong with the window, if anything did. */
async function waitFor(
  core: Core,
  window: NonNullable<Core['asking']>,
  { signal, isOver }: { readonly signal: AbortSignal | undefined; readonly isOver: () => boolean },
): Promise<SessionError | null> {
  const { promise, resolve, reject } = Promise.withResolvers<SessionError | null>();
  const look = (): void => {
    if (isOver()) resolve(null);
  };
  const abort = (): void => reject(signal?.reason);
  window.waiting += 1;
  window.show();
  core.subscribers.add(look);
  signal?.addEventListener('abort', abort);
  void window.ended.then(resolve);
  try {
    return await promise;
  } finally {
    core.subscribers.delete(look);
    signal?.removeEventListener('abort', abort);
    window.waiting -= 1;
    if (window.waiting === 0) window.end(null);
  }
}
