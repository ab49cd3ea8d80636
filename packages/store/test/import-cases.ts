import type { Change } from '@argus/core';
import { arrivingOf, newcomerOf, runningOf } from './import-stage.ts';
import { at, idOf, type Person } from './stage.ts';

type Cases = {
  readonly [Kind in Change['kind']]?: (person: Person, number: number) => Extract<Change, { kind: Kind }>;
};

const later = at + 1000;

/** A change of each kind that finds what it expects where two imports are under way, of this number. */
export const importCases = {
  'create-import': (person, number) => ({
    kind: 'create-import',
    import: { ...arrivingOf(person, number), id: idOf(9, 40_000 + number) },
    most: 1_000_000,
    dueAt: later,
  }),
  'receive-import': (person, number) => ({
    kind: 'receive-import',
    importId: arrivingOf(person, number).id,
    askerId: person.user.id,
    offset: 10,
    size: 5,
    sealed: Buffer.from('more'),
    isLast: true,
    most: 15,
    dueAt: later,
    at: later,
  }),
  'advance-import': (person, number) => ({
    kind: 'advance-import',
    importId: runningOf(person, number).id,
    from: 1,
    to: { rows: 3, created: 1, skipped: 0, refused: 2 },
    place: { offset: 10, state: { columns: ['email'] } },
    refused: [{ row: 3, path: '', reason: 'is not JSON' }],
    dueAt: later,
    at: later,
    end: { state: 'finished', failure: null },
  }),
  'end-import': (person, number) => ({
    kind: 'end-import',
    importId: runningOf(person, number).id,
    state: 'cancelled',
    failure: null,
    at: later,
  }),
  'create-newcomers': (person, number) => ({
    kind: 'create-newcomers',
    newcomers: [newcomerOf(person, number)],
    at: later,
  }),
} satisfies Cases;
