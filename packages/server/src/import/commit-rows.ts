import type { Permission } from '@argus/contract';
import { permissionNames } from '@argus/contract';
import {
  type Change,
  type EventDraft,
  type Import,
  type ImportCounts,
  type ImportedPerson,
  permissionsOf,
  rolesBeyond,
  type User,
} from '@argus/core';
import { takenByOthers, usersOfTenant } from '@argus/store';
import { type Services, stamp } from '../services.ts';
import { type DecidedRows, decideRows, type JudgedRow } from './decide-rows.ts';
import { newcomerOf } from './newcomer.ts';
import { endEvent } from './receive-import.ts';
import type { Place } from './records/record.ts';

export interface RowsToCommit {
  readonly rows: readonly JudgedRow[];
  /** Behind the last of them. */
  readonly place: Place | null;
  readonly end: { readonly state: 'finished' | 'failed'; readonly failure: string | null } | null;
  readonly dueAt: number;
}

/** Another process has it, or it was cancelled; or whoever began it may not go on. */
export type Lost = 'taken' | 'not-allowed';

/** Of what others write at the same moment a batch is decided anew; more often than this nobody writes. */
const mostTries = 20;

/**
 * Decide a batch of rows and write what becomes of them with the progress, in one commit: whatever is cut off is cut off
 * between two batches, and nobody is created twice.
 */
export async function commitRows(
  services: Services,
  running: Import,
  work: RowsToCommit,
): Promise<ImportCounts | Lost> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const asker = await askerOf(services, running);
    if (asker === 'not-allowed') return asker;
    const decided = await decide(services, running, { rows: work.rows, may: asker.may });
    const newcomers = decided.created.map((person) => newcomerOf(services, running.tenant, person));
    const counts = countsAfter(running.counts, decided);
    const at = services.clock.now();
    const written = await services.store.commit({
      tenant: running.tenant,
      changes: [
        advance(running, { ...work, counts, decided, at }),
        ...asker.changes,
        ...creation(newcomers, at),
      ],
      events: stamp(services, at, eventsOf({ ...running, counts }, { newcomers, end: work.end })),
    });
    if (written.isCommitted) {
      count(services, decided);
      return counts;
    }
    if (written.lost === 'advance-import') return 'taken';
  }
  throw new Error('a batch of an import was lost again and again');
}

interface Asker {
  readonly may: ReadonlySet<Permission>;
  /** First in the commit: the roles are still what they were. */
  readonly changes: readonly Change[];
}

/** What whoever began it may give at this moment. */
async function askerOf(
  { store, clock }: Services,
  { tenant, askerId }: Import,
): Promise<Asker | 'not-allowed'> {
  if (askerId === null) return { may: new Set(permissionNames), changes: [] };
  const ask = { userId: askerId, limit: 1, now: clock.now() };
  const user: User | undefined = (await usersOfTenant(store.pool, tenant, ask)).items[0]?.user;
  const may = permissionsOf(user?.roles ?? []);
  if (user?.status !== 'active' || !may.has('manage-users')) return 'not-allowed';
  const { id: userId, roles } = user;
  const of = { userId };
  return {
    may,
    changes: [{ kind: 'expect-within-reach', of, beyond: rolesBeyond(may), asker: { userId, roles } }],
  };
}

async function decide(
  { store, clock }: Services,
  running: Import,
  { rows, may }: { readonly rows: readonly JudgedRow[]; readonly may: ReadonlySet<Permission> },
): Promise<DecidedRows> {
  const people = rows.flatMap(({ judged }) => ('message' in judged ? [] : [judged]));
  const taken = await takenByOthers(store.pool, running.tenant, {
    emails: people.map(({ email }) => email),
    credentialIds: people.flatMap(({ passkeys }) => passkeys.map(({ credentialId }) => credentialId)),
    now: clock.now(),
  });
  return decideRows(rows, { ...running, may, taken });
}

function countsAfter({ rows, created, skipped, refused }: ImportCounts, decided: DecidedRows): ImportCounts {
  return {
    rows: rows + decided.created.length + decided.skipped + decided.refused.length,
    created: created + decided.created.length,
    skipped: skipped + decided.skipped,
    refused: refused + decided.refused.length,
  };
}

function advance(
  { id, counts: { rows } }: Import,
  {
    counts,
    decided,
    place,
    end,
    dueAt,
    at,
  }: RowsToCommit & {
    readonly counts: ImportCounts;
    readonly decided: DecidedRows;
    readonly at: number;
  },
): Change {
  const { refused } = decided;
  return { kind: 'advance-import', importId: id, from: rows, to: counts, place, refused, dueAt, at, end };
}

function creation(newcomers: readonly ImportedPerson[], at: number): Change[] {
  return newcomers.length === 0 ? [] : [{ kind: 'create-newcomers', newcomers, at }];
}

function eventsOf(
  running: Import,
  { newcomers, end }: { readonly newcomers: readonly ImportedPerson[]; readonly end: RowsToCommit['end'] },
): EventDraft[] {
  const { id: importId, startedBy } = running;
  const created = newcomers.map(({ user }): EventDraft => {
    const details = { importId, startedBy, roles: user.roles };
    return { type: 'user.created', actor: 'system', userId: user.id, reason: 'import', details };
  });
  return end ? [...created, endEvent(running, { actor: 'system', reason: end.state })] : created;
}

function count({ metrics }: Services, { created, skipped, refused }: DecidedRows): void {
  metrics.importedRows.inc({ outcome: 'created' }, created.length);
  metrics.importedRows.inc({ outcome: 'skipped' }, skipped);
  metrics.importedRows.inc({ outcome: 'refused' }, refused.length);
}
