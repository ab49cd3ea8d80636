import { forgetExpired, forgetFeedEvents } from '@argus/store';
import type { Services } from '../services.ts';

/** Rows of each kind in one statement. */
const limit = 1_000;
/** In one run, each minute: more than any node can fill in that time, since every request with a proof leaves a mark. */
const rounds = 1_000;

/** Delete what nobody can use any more: codes, marks, requests, tokens that ended. Answers how much went. */
export async function forgetWhatExpired(services: Services): Promise<number> {
  let forgotten = 0;
  for (let round = 0; round < rounds; round += 1) {
    const old = { now: services.clock.now(), limit };
    const { pool } = services.store;
    const gone = (await forgetExpired(pool, old)) + (await forgetFeedEvents(pool, old));
    forgotten += gone;
    if (gone < limit) break;
  }
  return forgotten;
}
