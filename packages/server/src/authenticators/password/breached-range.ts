import { createHash } from 'node:crypto';
import { canonicalPassword } from '@argus/core';
import type { Metrics } from '../../metrics.ts';
import { deadline } from '../../services/clock.ts';
import type { Log } from '../../services/log.ts';

/** Passwords of leaks that somebody else keeps count of. */
export interface BreachedRange {
  /** False as well when nobody answers in time: the list that comes with the server has been asked before. */
  has(password: string): Promise<boolean>;
}

export interface RangeSource {
  /** What comes before the first five figures of the hash, such as https://api.pwnedpasswords.com/range/. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'breachedLookups'>;
}

const timeoutMs = 2_000;
/** An answer has some 1,000 lines of 40 bytes, padding included. */
const longestAnswer = 256 * 1024;

/**
 * Ask the range API of Have I Been Pwned, or a copy of it, for the passwords whose SHA-1 begins like this one's: the
 * first 20 bits are all that leaves the server (k-anonymity). Nothing is kept. An outage does not keep people from
 * choosing a password; it is counted and logged (OWASP ASVS 5.0 §6.2.12).
 */
export function openBreachedRange({ url, fetch: fetching, log, metrics }: RangeSource): BreachedRange {
  return {
    async has(password) {
      const hash = createHash('sha1').update(canonicalPassword(password), 'utf8').digest('hex').toUpperCase();
      try {
        const isFound = isListed(await ask(fetching, `${url}${hash.slice(0, 5)}`), hash.slice(5));
        metrics.breachedLookups.inc({ outcome: isFound ? 'found' : 'clear' });
        return isFound;
      } catch (error) {
        metrics.breachedLookups.inc({ outcome: 'failed' });
        log.warn({ reason: reasonOf(error) }, 'the breached passwords could not be asked');
        return false;
      }
    },
  };
}

async function ask(fetching: typeof fetch, url: string): Promise<string> {
  const response = await fetching(url, {
    // Padding hides from whoever watches the line how long the list of this prefix is.
    headers: { 'add-padding': 'true' },
    redirect: 'error',
    signal: deadline(timeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > longestAnswer) throw new Error('too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('latin1');
}

/** Lines of `SUFFIX:COUNT`; a count of nothing is padding. */
function isListed(answer: string, suffix: string): boolean {
  return answer.split('\n').some((line) => {
    const [listed = '', count = ''] = line.trim().toUpperCase().split(':');
    return listed === suffix && Number(count) > 0;
  });
}

/** In a word: the address in a message of fetch has the beginning of the hash. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException) return 'timeout';
  const isOurs = error instanceof Error && /^(status \d{3}|too long)$/.test(error.message);
  return isOurs ? error.message : 'unreachable';
}
