import { createHash } from 'node:crypto';
import {
  type ClientId,
  clientSettingsSchema,
  type GrantId,
  type ProviderId,
  providerSettingsSchema,
  type ResourceId,
  type SessionId,
  type TenantId,
} from '@argus/contract';
import type {
  AuthorizationCode,
  Change,
  Client,
  Consent,
  DeviceAuthorization,
  Identity,
  Mark,
  Provider,
  PushedRequest,
  Resource,
  UpstreamSession,
} from '@argus/core';
import type { Store } from '@argus/store';
import { serviceKeyOf, serviceOf } from './service-stage.ts';
import { at, idOf, mailOf, type Person, personOf, seed, signInChanges } from './stage.ts';

export const issuer = 'https://upstream.example';
export const thumbprint = 'k'.repeat(43);
const by = { actor: 'user' };

/** Names whatever a tenant has; the number alone names what may be named alike in two tenants. */
export function hashOf(what: string, number: number): Buffer {
  return createHash('sha256').update(`${what} ${number}`).digest();
}

/** A client of this tenant that wants to hear when sessions end. */
export function clientOf(tenant: TenantId, number: number, changes: Partial<Client> = {}): Client {
  return {
    id: `client-${number}-of-${tenant}` as ClientId,
    tenant,
    status: 'active',
    settings: clientSettingsSchema.parse({
      name: `client of ${tenant}`,
      type: 'confidential',
      redirectUris: [`https://client-of-${tenant}.example/callback`],
      origins: [`https://origin-${number}-of-${tenant}.example`],
      backchannelLogoutUri: `https://client-of-${tenant}.example/logout`,
    }),
    secretHash: hashOf('client secret', number),
    ownGrantId: idOf(4, 30_000 + number) as GrantId,
    source: 'administrator',
    createdAt: at,
    changedAt: at,
    ...changes,
  };
}

export function resourceOf(tenant: TenantId, number: number): Resource {
  return {
    id: `https://api-${number}-of-${tenant}.example/` as ResourceId,
    tenant,
    settings: { name: `resource of ${tenant}`, scopes: ['notes.read'] },
  };
}

export function providerOf(tenant: TenantId, number: number): Provider {
  return {
    id: `provider-${number}-of-${tenant}` as ProviderId,
    tenant,
    settings: providerSettingsSchema.parse({
      name: `provider of ${tenant}`,
      issuer,
      clientId: 'argus',
      domains: [`domain-${number}.example`],
    }),
    sealedSecret: Buffer.from(`sealed secret of ${tenant}`),
    changedAt: at,
  };
}

export function identityOf({ tenant, user }: Person, number: number): Identity {
  return {
    issuer,
    subject: `subject ${number}`,
    providerId: providerOf(tenant, number).id,
    userId: user.id,
    email: `identity-of-${tenant}@example.org`,
    linkedAt: at,
    lastUsedAt: at,
  };
}

export function upstreamOf({ tenant, session }: Person, number: number): UpstreamSession {
  return {
    sessionId: session.id,
    providerId: providerOf(tenant, number).id,
    issuer,
    subject: `subject ${number}`,
    sid: `upstream session ${number}`,
  };
}

export function consentOf({ tenant, user }: Person, number: number): Consent {
  return {
    userId: user.id,
    clientId: clientOf(tenant, number).id,
    scope: ['openid', `of-${tenant}`],
    resources: [resourceOf(tenant, number).id],
    grantedAt: at,
    expiresAt: at + 86_400_000,
  };
}

export function codeOf(person: Person, number: number): AuthorizationCode {
  const { tenant, user, session } = person;
  return {
    codeHash: hashOf('code', number),
    clientId: clientOf(tenant, number).id,
    userId: user.id,
    sessionId: session.id,
    grantId: idOf(4, 40_000 + number) as GrantId,
    redirectUri: `https://client-of-${tenant}.example/callback`,
    scope: ['openid', `of-${tenant}`],
    resources: [resourceOf(tenant, number).id],
    nonce: `nonce of ${tenant}`,
    codeChallenge: 'c'.repeat(43),
    dpopJkt: thumbprint,
    createdAt: at,
    expiresAt: at + 60_000,
    consumedAt: null,
  };
}

export function pushedOf(tenant: TenantId, number: number): PushedRequest {
  return {
    uriHash: hashOf('pushed request', number),
    clientId: clientOf(tenant, number).id,
    parameters: { scope: ['openid'], resource: [`one of ${tenant}`, 'two'], state: ['a\0b\ud800'] },
    dpopJkt: thumbprint,
    createdAt: at,
    expiresAt: at + 90_000,
    consumedAt: null,
  };
}

export function authorizationOf(tenant: TenantId, number: number): DeviceAuthorization {
  return {
    deviceCodeHash: hashOf('device code', number),
    userCodeHash: hashOf('user code', number),
    clientId: clientOf(tenant, number).id,
    scope: ['openid', `of-${tenant}`],
    resources: [resourceOf(tenant, number).id],
    state: 'pending',
    userId: null,
    sessionId: null,
    grantId: idOf(4, 50_000 + number) as GrantId,
    ip: '203.0.113.9',
    userAgent: `television of ${tenant}`,
    createdAt: at,
    expiresAt: at + 600_000,
    polledAt: null,
    intervalSeconds: 5,
  };
}

export function markOf(number: number, use: Mark['use'] = 'dpop'): Mark {
  return { use, hash: hashOf('mark', number), expiresAt: at + 60_000 };
}

/** A session of this person that has ended, and of whose end the client must hear. */
export function endedSessionOf(person: Person, number: number): Change[] {
  const session = { ...person.session, id: idOf(3, 20_000 + number) as SessionId };
  const grant = {
    ...person.grant,
    id: idOf(4, 20_000 + number) as GrantId,
    sessionId: session.id,
    clientId: clientOf(person.tenant, number).id,
  };
  return [
    ...signInChanges({ ...person, session, grant }),
    { kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by },
  ];
}

export const deliveryIdOf = (tenant: TenantId, number: number): string =>
  `${idOf(3, 20_000 + number)}.${clientOf(tenant, number).id}`;

/** Everything that a tenant can hold beside a person who is signed in. */
export function oauthChanges(person: Person, number: number): Change[] {
  const { tenant } = person;
  const approved = {
    ...authorizationOf(tenant, number),
    deviceCodeHash: hashOf('approved device code', number),
    userCodeHash: hashOf('approved user code', number),
  };
  return [
    { kind: 'create-client', client: clientOf(tenant, number) },
    { kind: 'declare-resource', resource: resourceOf(tenant, number) },
    { kind: 'declare-service', service: serviceOf(tenant, number) },
    { kind: 'add-service-key', key: serviceKeyOf(tenant, number) },
    { kind: 'declare-provider', provider: providerOf(tenant, number) },
    { kind: 'link-identity', identity: identityOf(person, number) },
    { kind: 'note-upstream-session', upstream: upstreamOf(person, number) },
    { kind: 'give-consent', consent: consentOf(person, number) },
    { kind: 'create-code', code: codeOf(person, number) },
    { kind: 'push-request', request: pushedOf(tenant, number) },
    { kind: 'create-device-authorization', authorization: authorizationOf(tenant, number) },
    { kind: 'create-device-authorization', authorization: approved },
    {
      kind: 'decide-device-authorization',
      userCodeHash: approved.userCodeHash,
      decision: 'approved',
      userId: person.user.id,
      sessionId: person.session.id,
      at,
    },
    { kind: 'claim-mark', mark: markOf(number) },
    { kind: 'end-token', jti: `jti ${number}`, grantId: person.grant.id, expiresAt: at + 300_000 },
    ...endedSessionOf(person, number),
  ];
}

/** A person who is signed in, in a tenant that has one of everything; the grant is the client's. */
export async function furnish(store: Store, tenant: TenantId, number: number): Promise<Person> {
  const person = await seed(store, personOf(tenant, number));
  const changes: Change[] = [
    ...oauthChanges(person, number),
    { kind: 'send-mail', mail: mailOf(person, number) },
  ];
  const written = await store.commit({ tenant, changes, events: [] });
  if (!written.isCommitted) throw new Error(`the tenant could not be furnished: ${written.lost}`);
  return person;
}

/** More sessions of this person, each from the upstream subject of this number and with a grant of its client. */
export async function holdGrants(
  store: Store,
  { tenant, grant, session, ...person }: Person,
  { number, count }: { readonly number: number; readonly count: number },
): Promise<void> {
  for (let place = 0; place < count; place += 1) {
    const id = 600 * number + place;
    const held = { ...session, id: idOf(3, id) as SessionId };
    const clientId = clientOf(tenant, number).id;
    const upstream = upstreamOf({ ...person, tenant, grant, session: held }, number);
    const changes: Change[] = [
      { kind: 'create-session', session: held, methods: ['fed'], authenticationIds: [idOf(5, id)] },
      { kind: 'create-grant', grant: { ...grant, id: idOf(4, id) as GrantId, sessionId: held.id, clientId } },
      { kind: 'note-upstream-session', upstream: { ...upstream, sid: null } },
    ];
    const written = await store.commit({ tenant, changes, events: [] });
    if (!written.isCommitted) throw new Error(`a session could not be seeded: ${written.lost}`);
  }
}
