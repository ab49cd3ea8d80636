import type { AuditEvent } from '@argus/core';
import { insertOwnedEvents } from './changes/audit.ts';
import { type Batcher, createBatcher } from './postgres/batch.ts';
import type { Pool } from './postgres/pool.ts';

/** Events of one tenant that come without a change. */
export interface Appended {
  readonly tenant: string;
  readonly events: readonly AuditEvent[];
}

/** Events as they come, those of one moment in one statement; durable when the promise resolves. */
export function appends(pool: Pool): Batcher<Appended, void> {
  let asked = 0;
  return createBatcher({
    size: 64,
    lanes: 2,
    waiting: 10_000,
    // Nothing is guarded, so that any two may share a statement.
    keyOf: () => String(asked++),
    async run(all) {
      // One statement, so that when it fails nothing is written and each can be tried alone.
      await insertOwnedEvents(
        pool,
        all.flatMap(({ tenant, events }) => events.map((event) => ({ tenant, event }))),
      );
      return all.map(() => undefined);
    },
  });
}
