import type { Problem, SessionAnswer } from '@argus/contract';
import { type Known, knownOf } from './known.ts';
import type { Environment } from './services/environment.ts';
import { SessionError } from './session-error.ts';

export type Answered =
  /** `skewMs`: how far the server's clock is ahead of this one. */
  | { readonly kind: 'session'; readonly known: Known; readonly skewMs: number }
  | { readonly kind: 'done' }
  /** The server knows of no live session for these cookies. */
  | { readonly kind: 'refused'; readonly code: 'session_ended' | 'session_required' }
  | { readonly kind: 'trouble'; readonly error: SessionError };

/**
 * Well under the lost-reply window of 10 s: a refresh whose answer never came is asked again inside it,
 * and so gets the same successor instead of being taken for a replay.
 */
export const callTimeoutMs = 6000;

/** One call to Argus. Never rejects. */
export async function call(
  environment: Environment,
  method: 'GET' | 'POST' | 'DELETE',
  { url, body }: { readonly url: string; readonly body?: unknown },
): Promise<Answered> {
  const abort = new AbortController();
  const timer = environment.timers.set(() => abort.abort(), callTimeoutMs);
  try {
    const response = await environment.fetch(url, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      // A page that closes must not cut off the answer that carries the next cookies.
      keepalive: method !== 'GET',
      signal: abort.signal,
      headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return await read(environment, response);
  } catch {
    return trouble(new SessionError(abort.signal.aborted ? 'timeout' : 'unreachable'));
  } finally {
    environment.timers.clear(timer);
  }
}

async function read(environment: Environment, response: Response): Promise<Answered> {
  const { status, headers } = response;
  if (status === 204) return { kind: 'done' };
  if (status === 200) {
    const known = knownOf((await response.json().catch(() => null)) as SessionAnswer | null); // judged by knownOf
    if (known) return { kind: 'session', known, skewMs: skewOf(headers, environment.clock.now()) };
  }
  if (status === 401) {
    const code = await refusalCode(response);
    if (code === 'session_ended' || code === 'session_required') return { kind: 'refused', code };
  }
  const retryAfterSeconds = Number(headers.get('retry-after')) || 0;
  return trouble(new SessionError('unexpected-answer', status, retryAfterSeconds));
}

/** The `code` of a problem answer (RFC 9457), or undefined when the answer is something else. */
export async function refusalCode(response: Response): Promise<string | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null; // any JSON: only read
  return problem?.code;
}

/** `Date` (RFC 9110 §6.6.1) has whole seconds, so a difference below two of them is no difference. */
function skewOf(headers: Headers, now: number): number {
  const skewMs = Date.parse(headers.get('date') ?? '') + 500 - now;
  return Math.abs(skewMs) >= 2000 ? skewMs : 0;
}

function trouble(error: SessionError): Answered {
  return { kind: 'trouble', error };
}
