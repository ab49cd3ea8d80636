import { forgetImports, takeImport } from '@argus/store';
import { giveUp, importLeaseMs, type LeaveOff, runImport } from '../import/run-import.ts';
import type { Services } from '../services.ts';

/** Batches of one import before it is another one's turn. */
const turn = 40;
/** How long it can be read what came of an import. */
const keptMs = 30 * 24 * 3_600_000;
/** In one run; the rest waits for the next. */
const forgottenAtOnce = 1_000;

/** Work at imports, in turns, until none is due. Answers how many turns there were. */
export async function runImports(services: Services, isStopping: LeaveOff = () => false): Promise<number> {
  let turns = 0;
  while (!isStopping()) {
    const now = services.clock.now();
    const taken = await takeImport(services.store.pool, { now, leaseMs: importLeaseMs });
    if (!taken) break;
    let batches = 0;
    const leaveOff = () => {
      batches += 1;
      return batches >= turn || isStopping();
    };
    if (taken.state === 'running') await runImport(services, taken, leaveOff);
    else await giveUp(services, taken, 'Nothing more of the file came.');
    turns += 1;
  }
  const endedBefore = services.clock.now() - keptMs;
  await forgetImports(services.store.pool, { endedBefore, limit: forgottenAtOnce });
  return turns;
}
