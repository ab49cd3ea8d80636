import type { TenantId } from '@argus/contract';
import * as asked from '@argus/store';
import { serviceOf } from './service-stage.ts';
import type { Person, Stage } from './stage.ts';

type Question = (stage: Stage, tenant: TenantId, person: Person) => Promise<unknown>;

const all = { limit: 100 };

/** Everything that a tenant answers about services and its feed, once it was furnished with the number 1. */
export const serviceQuestions: Readonly<Record<string, Question>> = {
  serviceOfTenant: ({ store }, tenant) => asked.serviceOfTenant(store.pool, tenant, serviceOf(tenant, 1).id),
  servicesOfTenant: ({ store }, tenant) => asked.servicesOfTenant(store.pool, tenant, all),
  sessionOfTenant: ({ store }, tenant, { session }) => asked.sessionOfTenant(store.pool, tenant, session.id),
  lifetimesOf: ({ store }, tenant, { session }) => asked.lifetimesOf(store.pool, tenant, [session.id]),
  activityOf: async ({ store }, tenant, { session }) => [
    ...(await asked.activityOf(store.pool, tenant, [session.id])),
  ],
  activityEventsAfter: ({ store }, tenant) =>
    asked.activityEventsAfter(store.pool, tenant, { after: 0, limit: 100 }),
  feedEnd: ({ store }, tenant) => asked.feedEnd(store.pool, tenant),
  feedEventsAfter: ({ store }, tenant) => asked.feedEventsAfter(store.pool, { tenant, after: 0, limit: 100 }),
  toldBetween: ({ store }, tenant) =>
    asked.toldBetween(store.pool, { tenant, after: 0, limit: 100, until: tenant === 'default' ? 2 : 1 }),
};
