import type { ClientId } from '@argus/contract';
import type { Change } from '@argus/core';
import {
  authorizationOf,
  clientOf,
  codeOf,
  consentOf,
  deliveryIdOf,
  hashOf,
  identityOf,
  markOf,
  providerOf,
  pushedOf,
  resourceOf,
  upstreamOf,
} from './oauth-stage.ts';
import { at, type Person } from './stage.ts';

type Cases = {
  readonly [Kind in Change['kind']]?: (person: Person, number: number) => Extract<Change, { kind: Kind }>;
};

const later = at + 1000;

/** A change of each kind that finds what it expects in a tenant that was furnished with this number. */
export const oauthCases = {
  'create-client': ({ tenant }, number) => {
    const id = `new-client-${number}-of-${tenant}` as ClientId;
    // The furnished client's own grant is another one.
    const { ownGrantId } = clientOf(tenant, 5000 + number);
    return { kind: 'create-client', client: { ...clientOf(tenant, number), id, ownGrantId } };
  },
  'change-client': ({ tenant }, number) => ({
    kind: 'change-client',
    clientId: clientOf(tenant, number).id,
    settings: { ...clientOf(tenant, number).settings, name: 'another name' },
    expectedChangedAt: at,
    at: later,
  }),
  'set-client-secret': ({ tenant }, number) => ({
    kind: 'set-client-secret',
    clientId: clientOf(tenant, number).id,
    secretHash: hashOf('newer secret', number),
    at: later,
  }),
  'set-client-status': ({ tenant }, number) => ({
    kind: 'set-client-status',
    clientId: clientOf(tenant, number).id,
    status: 'disabled',
    at: later,
  }),
  'remove-client': ({ tenant }, number) => ({
    kind: 'remove-client',
    clientId: clientOf(tenant, number).id,
  }),
  'declare-resource': ({ tenant }, number) => ({
    kind: 'declare-resource',
    resource: { ...resourceOf(tenant, number), settings: { scopes: ['another.scope'] } },
  }),
  'remove-resource': ({ tenant }, number) => ({
    kind: 'remove-resource',
    resourceId: resourceOf(tenant, number).id,
  }),
  'push-request': ({ tenant }, number) => ({
    kind: 'push-request',
    request: { ...pushedOf(tenant, number), uriHash: hashOf('another pushed request', number) },
  }),
  'use-pushed-request': ({ tenant }, number) => ({
    kind: 'use-pushed-request',
    uriHash: pushedOf(tenant, number).uriHash,
    clientId: clientOf(tenant, number).id,
    at: later,
  }),
  'create-code': (person, number) => ({
    kind: 'create-code',
    code: { ...codeOf(person, number), codeHash: hashOf('another code', number) },
  }),
  'redeem-code': ({ tenant }, number) => ({
    kind: 'redeem-code',
    codeHash: hashOf('code', number),
    clientId: clientOf(tenant, number).id,
    at: later,
  }),
  'give-consent': (person, number) => ({
    kind: 'give-consent',
    consent: { ...consentOf(person, number), scope: ['more'], expiresAt: null },
  }),
  'hold-consent': (person, number) => ({
    kind: 'hold-consent',
    userId: person.user.id,
    clientId: clientOf(person.tenant, number).id,
  }),
  'withdraw-consent': (person, number) => ({
    kind: 'withdraw-consent',
    userId: person.user.id,
    clientId: clientOf(person.tenant, number).id,
  }),
  'create-device-authorization': ({ tenant }, number) => ({
    kind: 'create-device-authorization',
    authorization: {
      ...authorizationOf(tenant, number),
      deviceCodeHash: hashOf('another device code', number),
      userCodeHash: hashOf('another user code', number),
    },
  }),
  'decide-device-authorization': ({ user, session }, number) => ({
    kind: 'decide-device-authorization',
    userCodeHash: hashOf('user code', number),
    decision: 'approved',
    userId: user.id,
    sessionId: session.id,
    at: later,
  }),
  'poll-device-authorization': (_person, number) => ({
    kind: 'poll-device-authorization',
    deviceCodeHash: hashOf('device code', number),
    expectedPolledAt: null,
    intervalSeconds: 10,
    at: later,
  }),
  'use-device-authorization': ({ tenant }, number) => ({
    kind: 'use-device-authorization',
    deviceCodeHash: hashOf('approved device code', number),
    clientId: clientOf(tenant, number).id,
    at: later,
  }),
  'claim-mark': (_person, number) => ({ kind: 'claim-mark', mark: markOf(5000 + number) }),
  'end-token': ({ grant }, number) => ({
    kind: 'end-token',
    jti: `another jti ${number}`,
    grantId: grant.id,
    expiresAt: at + 300_000,
  }),
  'settle-logout-delivery': ({ tenant }, number) => ({
    kind: 'settle-logout-delivery',
    id: deliveryIdOf(tenant, number),
    attempts: 0,
    dueAt: null,
  }),
  'declare-provider': ({ tenant }, number) => ({
    kind: 'declare-provider',
    provider: { ...providerOf(tenant, number), changedAt: later },
  }),
  'remove-provider': ({ tenant }, number) => ({
    kind: 'remove-provider',
    providerId: providerOf(tenant, number).id,
  }),
  'link-identity': (person, number) => ({
    kind: 'link-identity',
    identity: { ...identityOf(person, number), subject: `another subject ${number}` },
  }),
  'use-identity': ({ user }, number) => ({
    kind: 'use-identity',
    issuer: 'https://upstream.example',
    subject: `subject ${number}`,
    userId: user.id,
    email: 'newer@example.org',
    at: later,
  }),
  'unlink-identity': ({ user }, number) => ({
    kind: 'unlink-identity',
    issuer: 'https://upstream.example',
    subject: `subject ${number}`,
    userId: user.id,
  }),
  'note-upstream-session': (person, number) => ({
    kind: 'note-upstream-session',
    upstream: { ...upstreamOf(person, number), sid: `newer upstream session ${number}` },
  }),
} satisfies Cases;
