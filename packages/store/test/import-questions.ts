import type { TenantId } from '@argus/contract';
import * as asked from '@argus/store';
import { arrivingOf, runningOf } from './import-stage.ts';
import { at, type Person, personOf, type Stage } from './stage.ts';

type Question = (stage: Stage, tenant: TenantId, person: Person) => Promise<unknown>;

const all = { limit: 100 };

/** Everything that a tenant answers about imports, once it was furnished with the number 1. */
export const importQuestions: Readonly<Record<string, Question>> = {
  importsOfTenant: ({ store }, tenant) => asked.importsOfTenant(store.pool, tenant, all),
  importById: ({ store }, tenant) =>
    asked.importById(store.pool, tenant, arrivingOf(personOf(tenant, 1), 1).id),
  refusedRows: ({ store }, tenant) =>
    asked.refusedRows(store.pool, tenant, { ...all, importId: runningOf(personOf(tenant, 1), 1).id }),
  importPiece: async ({ store }, tenant) => {
    const ask = { importId: arrivingOf(personOf(tenant, 1), 1).id, offset: 5 };
    const piece = await asked.importPiece(store.pool, tenant, ask);
    return piece && Buffer.from(piece.sealed).toString();
  },
  wholePeople: ({ store }, tenant) => asked.wholePeople(store.pool, tenant, all),
  takenByOthers: async ({ store }, tenant, person) => {
    const { emails, credentials } = await asked.takenByOthers(store.pool, tenant, {
      emails: [person.user.email, 'only-in-default@example.org', 'only-in-other@example.org'],
      credentialIds: [Buffer.from('nobody’s')],
      now: at,
    });
    return [...emails, ...credentials];
  },
};
