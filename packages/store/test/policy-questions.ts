import { policyDocumentSchema, type TenantId } from '@argus/contract';
import { sessionRules } from '@argus/core';
import * as asked from '@argus/store';
import * as oauth from './oauth-stage.ts';
import { at, home, other, type Stage } from './stage.ts';

type Question = (stage: Stage, tenant: TenantId) => Promise<unknown>;

const now = at + 1000;
const all = { limit: 100 };
/** Rules that end what clients of one tenant hold, and all sessions soon. */
const beyond = {
  rules: sessionRules(
    policyDocumentSchema.parse({
      session: { idleMinutes: 1 },
      overrides: [
        {
          when: {
            client: [oauth.clientOf(home, 1).id, oauth.clientOf(home, 2).id, oauth.clientOf(other, 1).id],
          },
          set: { session: { idleMinutes: 1 } },
        },
      ],
    }),
  ),
  now: at + 59_000,
  after: null,
  limit: 100,
};

/** Everything one tenant answers about what its administrators decided, and about what that would end. */
export const policyQuestions: Readonly<Record<string, Question>> = {
  policyInForce: ({ store }, tenant) => asked.policyInForce(store.pool, tenant, { now }),
  policyVersion: ({ store }, tenant) => asked.policyVersion(store.pool, tenant),
  'policyVersion by number': ({ store }, tenant) => asked.policyVersion(store.pool, tenant, { version: 2 }),
  ownersOfTenant: ({ store }, tenant) => asked.ownersOfTenant(store.pool, tenant, all),
  policyVersions: ({ store }, tenant) => asked.policyVersions(store.pool, tenant, all),
  sessionsBeyondPolicy: ({ store }, tenant) =>
    asked.sessionsBeyondPolicy(store.pool, tenant, { ...beyond, which: 'tightened' }),
  grantsBeyondPolicy: ({ store }, tenant) =>
    asked.grantsBeyondPolicy(store.pool, tenant, { ...beyond, now: at + 1_200_000 }),
  policyEffects: ({ store }, tenant) =>
    asked.policyEffects(store.pool, tenant, { rules: beyond.rules, now: beyond.now, since: at - 1 }),
};
