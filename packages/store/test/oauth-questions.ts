import type { TenantId } from '@argus/contract';
import * as asked from '@argus/store';
import { clientOf, hashOf, issuer, providerOf, resourceOf } from './oauth-stage.ts';
import type { Person, Stage } from './stage.ts';

type Question = (stage: Stage, tenant: TenantId, person: Person) => Promise<unknown>;

const all = { limit: 100 };

/** Everything that a tenant answers about clients and other providers, once it was furnished with the number 1. */
export const oauthQuestions: Readonly<Record<string, Question>> = {
  clientsOfTenant: ({ store }, tenant) => asked.clientsOfTenant(store.pool, tenant, all),
  'clientsOfTenant of a status': ({ store }, tenant) =>
    asked.clientsOfTenant(store.pool, tenant, { ...all, status: 'active' }),
  liveGrantsOfClient: ({ store }, tenant, { user }) =>
    asked.liveGrantsOfClient(store.pool, tenant, { clientId: clientOf(tenant, 1).id, userId: user.id }),
  resourcesOf: ({ store }, tenant) => asked.resourcesOf(store.pool, tenant, [resourceOf(tenant, 1).id]),
  resourcesOfTenant: ({ store }, tenant) => asked.resourcesOfTenant(store.pool, tenant, all),
  providersOfTenant: ({ store }, tenant) => asked.providersOfTenant(store.pool, tenant, all),
  providerById: ({ store }, tenant) => asked.providerById(store.pool, tenant, providerOf(tenant, 1).id),
  providerForDomain: ({ store }, tenant) => asked.providerForDomain(store.pool, tenant, 'domain-1.example'),
  consentOf: ({ store }, tenant, { user }) =>
    asked.consentOf(store.pool, tenant, { userId: user.id, clientId: clientOf(tenant, 1).id }),
  consentsOfUser: ({ store }, tenant, { user }) =>
    asked.consentsOfUser(store.pool, tenant, { ...all, userId: user.id }),
  codeFacts: ({ store }, tenant) => store.codeFacts({ tenant, codeHash: hashOf('code', 1) }),
  pushedRequest: ({ store }, tenant) => asked.pushedRequest(store.pool, tenant, hashOf('pushed request', 1)),
  deviceAuthorizationByDeviceCode: ({ store }, tenant) =>
    asked.deviceAuthorizationByDeviceCode(store.pool, tenant, hashOf('device code', 1)),
  deviceAuthorizationByUserCode: ({ store }, tenant) =>
    asked.deviceAuthorizationByUserCode(store.pool, tenant, hashOf('user code', 1)),
  // It always answers; that it knows nothing is an answer too.
  tokenFacts: async ({ store }, tenant, { grant }) => {
    const facts = await asked.tokenFacts(store.pool, tenant, { grantId: grant.id, jti: 'jti 1' });
    return facts.grant || facts.session || facts.user || facts.isTokenEnded ? facts : null;
  },
  identityOf: ({ store }, tenant) => asked.identityOf(store.pool, tenant, { issuer, subject: 'subject 1' }),
  identitiesOfUser: ({ store }, tenant, { user }) => asked.identitiesOfUser(store.pool, tenant, user.id),
  sessionsFromUpstream: ({ store }, tenant) =>
    asked.sessionsFromUpstream(store.pool, tenant, { issuer, subject: 'subject 1', sid: null }),
};
