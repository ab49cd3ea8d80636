import { forgetExpired } from '@argus/store';
import type { Services } from '../services.ts';

/** Rows of each kind in one statement, and rounds in one run: the rest waits for the next run. */
const limit = 1_000;
const rounds = 10;

/** Delete what nobody can use any more: codes, marks, requests, tokens that ended. Answers how much went. */
export async function forgetWhatExpired(services: Services): Promise<number> {
  let forgotten = 0;
  for (let round = 0; round < rounds; round += 1) {
    const gone = await forgetExpired(services.store.pool, { now: services.clock.now(), limit });
    forgotten += gone;
    if (gone === 0) break;
  }
  return forgotten;
}
