import { type ErasingPerson, erasePersonPiece, takeErasures } from '@argus/store';
import { type Services, stamp } from '../services.ts';

/** People in one run, rows of one piece, and pieces of each: the rest waits for the next run. */
const width = 20;
const limit = 500;
const pieces = 100;
/** How long applications and the person may take to be told. */
const patienceMs = 3_600_000;

/** Go on with what people or administrators asked to be erased. Answers how many people are gone. */
export async function erasePeople(services: Services): Promise<number> {
  const { store, clock } = services;
  const now = clock.now();
  const patientSince = now - patienceMs;
  const faults: unknown[] = [];
  let gone = 0;
  for (const person of await takeErasures(store.pool, { now, patientSince, limit: width })) {
    try {
      if (await takePieces(services, person)) gone += 1;
    } catch (fault) {
      // Somebody who cannot be erased keeps nobody else from it; the fault is told once for all.
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
  return gone;
}

async function takePieces(
  services: Services,
  person: Pick<ErasingPerson, 'tenant' | 'userId'>,
): Promise<boolean> {
  const { store, clock } = services;
  for (const epitaph of stamp(services, clock.now(), [{ type: 'user.erased', actor: 'system' }]))
    for (let piece = 0; piece < pieces; piece += 1)
      if (await erasePersonPiece(store.pool, { ...person, limit, epitaph })) return true;
  return false;
}
