import assert from 'node:assert/strict';
import type { Change } from '@argus/core';
import { type Committed, openStore, type Store } from '@argus/store';
import { home, openStage, type Stage } from './stage.ts';

/** How often a race is run: often enough to see it lost in every test run, and a thousand times where there is time. */
export const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 40);

/** One database, and two servers that write to it. */
export interface RaceStage extends Stage {
  /** Commits all of these at once, every other one by the second server; answers how each ended. */
  outcomes(alternatives: readonly (readonly Change[])[]): Promise<readonly Committed[]>;
  /** How many of these won. */
  winners(alternatives: readonly (readonly Change[])[]): Promise<number>;
  /** Commits what must not be lost. */
  write(...changes: Change[]): Promise<void>;
  count(sql: string, values: readonly unknown[]): Promise<number>;
}

export async function openRaceStage(): Promise<RaceStage> {
  const stack = new AsyncDisposableStack();
  const stage = stack.use(await openStage());
  const second = stack.use(openStore({ url: stage.url }));
  const storeOf = (place: number): Store => (place % 2 === 0 ? stage.store : second);
  const outcomes: RaceStage['outcomes'] = (alternatives) =>
    Promise.all(
      alternatives.map((changes, place) => storeOf(place).commit({ tenant: home, changes, events: [] })),
    );
  return {
    ...stage,
    outcomes,
    winners: async (alternatives) =>
      (await outcomes(alternatives)).filter(({ isCommitted }) => isCommitted).length,
    write: async (...changes) => {
      const written = await stage.store.commit({ tenant: home, changes, events: [] });
      assert.ok(written.isCommitted, JSON.stringify(written));
    },
    count: async (sql, values) => {
      const { rows } = await stage.store.pool.query(`SELECT count(*) AS count FROM ${sql}`, [...values]);
      return rows[0].count;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export function times<T>(count: number, make: (place: number) => T): T[] {
  return Array.from({ length: count }, (_, place) => make(place));
}
