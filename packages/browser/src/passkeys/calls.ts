import type { Problem } from '@argus/contract';
import type { Session } from '../session.ts';
import { SessionError } from '../session-error.ts';

/** Whose calls these are: the client keeps the access token fresh, and steps up where it was told to. */
export type Caller = Pick<Session, 'base' | 'fetch' | 'check' | 'current'>;

export interface Sending {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One call to Argus; gives its JSON, or null where the answer has none.
 *
 * @throws {SessionError} `unreachable`, `refused`, `unexpected-answer`; the reason of `signal` when that was aborted
 */
export async function send(session: Caller, path: string, sending: Sending = {}): Promise<unknown> {
  const { method = 'POST', body, signal } = sending;
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  let answer: Response;
  try {
    answer = await session.fetch(`${session.base}/api/${path}`, {
      method,
      ...content,
      ...(signal && { signal }),
    });
  } catch {
    signal?.throwIfAborted();
    throw new SessionError('unreachable');
  }
  if (answer.status === 204) return null;
  const given: unknown = await answer.json().catch(() => null);
  if (answer.ok && given) return given;
  const refusal = (given as Partial<Problem> | null)?.code; // any JSON: only read
  const retryAfterSeconds = Number(answer.headers.get('retry-after')) || 0;
  throw new SessionError(
    refusal ? 'refused' : 'unexpected-answer',
    answer.status,
    retryAfterSeconds,
    refusal,
  );
}
