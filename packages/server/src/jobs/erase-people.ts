import { dueErasures, erasePersonPiece } from '@argus/store';
import { type Services, stamp } from '../services.ts';

/** In one run; the rest waits for the next. */
const width = 20;
/** Rows of one piece, and pieces of one run: whoever left more behind goes on in the next. */
const limit = 500;
const pieces = 100;
/** How long applications and the person may take to be told. */
const patienceMs = 3_600_000;

/** Go on with what people or administrators asked to be erased. Answers how many people are gone. */
export async function erasePeople(services: Services): Promise<number> {
  const { store, clock } = services;
  const patientSince = clock.now() - patienceMs;
  let gone = 0;
  for (const { tenant, userId } of await dueErasures(store.pool, { patientSince, limit: width }))
    for (let piece = 0; piece < pieces; piece += 1) {
      const [epitaph] = stamp(services, clock.now(), [{ type: 'user.erased', actor: 'system' }]);
      if (!epitaph) break;
      if (!(await erasePersonPiece(store.pool, { tenant, userId, limit, epitaph }))) continue;
      gone += 1;
      break;
    }
  return gone;
}
