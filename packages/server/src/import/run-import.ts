import type { Import } from '@argus/core';
import { importPiece } from '@argus/store';
import { type Services, stamp } from '../services.ts';
import { commitRows, type RowsToCommit } from './commit-rows.ts';
import type { JudgedRow } from './decide-rows.ts';
import { formats } from './formats/index.ts';
import { judgePerson } from './judge-person.ts';
import { shown } from './mistake.ts';
import { endEvent } from './receive-import.ts';
import { BrokenFile, type Found } from './records/record.ts';
import { openPiece } from './sealed-piece.ts';

/** Whoever works at an import has it for so long from each batch on; if it dies, another one goes on after this. */
export const importLeaseMs = 10_000;
/** Rows of one commit: some hundredths of a second. */
const batchRows = 250;

/** Whether to leave off at the next batch: the process is to end, or others have waited long enough. */
export type LeaveOff = () => boolean;

/** Work through what is left of a file that has arrived, batch by batch. */
export async function runImport(services: Services, taken: Import, leaveOff: LeaveOff): Promise<void> {
  let running = taken;
  const rows = rowsOf(services, running);
  for (let isOver = false; !isOver; ) {
    const { found, broken, isLast } = await rows.next(batchRows);
    const place = found.at(-1)?.after ?? running.place;
    const at = services.clock.now();
    const isTurnOver = leaveOff();
    const counts = await commitRows(services, running, {
      rows: judge(found, { running, at }),
      place,
      end: endOf(broken, isLast),
      // Whoever is next may go on at once.
      dueAt: isTurnOver ? at : at + importLeaseMs,
    });
    if (counts === 'not-allowed') return await giveUp(services, running, 'Whoever began it may not go on.');
    if (counts === 'taken') return;
    running = { ...running, place, counts };
    isOver = isLast || isTurnOver;
  }
}

/** End what will come to nothing. */
export async function giveUp(services: Services, running: Import, failure: string): Promise<void> {
  const at = services.clock.now();
  await services.store.commit({
    tenant: running.tenant,
    changes: [{ kind: 'end-import', importId: running.id, state: 'failed', failure, at }],
    events: stamp(services, at, [endEvent(running, { actor: 'system', reason: 'failed' })]),
  });
}

function endOf(broken: string | null, isLast: boolean): RowsToCommit['end'] {
  if (!isLast) return null;
  if (broken === null) return { state: 'finished', failure: null };
  return { state: 'failed', failure: `The file ${shown(broken)}.` };
}

function judge(
  found: readonly Found[],
  { running, at }: { readonly running: Import; readonly at: number },
): JudgedRow[] {
  const { personOf } = formats[running.format];
  return found.map((each, index): JudgedRow => {
    const row = running.counts.rows + index + 1;
    if ('mistake' in each) return { row, judged: { path: '', message: each.mistake } };
    const translated = personOf(each.value);
    return { row, judged: 'message' in translated ? translated : judgePerson(translated.person, at) };
  });
}

interface NextRows {
  readonly found: readonly Found[];
  /** Why nothing that follows can be understood. */
  readonly broken: string | null;
  /** There are no more. */
  readonly isLast: boolean;
}

/** The rows of a file from where the reading goes on; of the file no more is held than one piece. */
function rowsOf(services: Services, running: Import): { next(most: number): Promise<NextRows> } {
  const reader = formats[running.format].read(running.place);
  const waiting: Found[] = [];
  let offset = running.place?.offset ?? 0;
  let broken: string | null = null;
  let isRead = false;

  async function readOn(): Promise<void> {
    const bytes = await bytesFrom(services, running, offset);
    offset += bytes?.length ?? 0;
    isRead = bytes === null;
    try {
      for (const found of bytes === null ? reader.end() : reader.push(bytes)) waiting.push(found);
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      broken = error.message;
      isRead = true;
    }
  }

  return {
    async next(most) {
      while (waiting.length < most && !isRead) await readOn();
      const found = waiting.splice(0, most);
      return { found, broken, isLast: isRead && waiting.length === 0 };
    },
  };
}

async function bytesFrom(
  services: Services,
  { tenant, id: importId }: Import,
  offset: number,
): Promise<Uint8Array | null> {
  const piece = await importPiece(services.store.pool, tenant, { importId, offset });
  if (!piece) return null;
  const bytes = openPiece(services, { tenant, importId, beginsAt: piece.beginsAt }, piece.sealed);
  return bytes.subarray(offset - piece.beginsAt);
}
