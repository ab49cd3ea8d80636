import { generateKeyPairSync } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ClientId,
  clientSettingsSchema,
  defaultTenant,
  type Endpoint,
  endpoints,
  providerSettingsSchema,
} from '@argus/contract';
import {
  type Change,
  type Client,
  type Import,
  noRows,
  type Provider,
  type Resource,
  type Service,
} from '@argus/core';
import { endTenants } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import type { Route } from '../src/http/route.ts';
import { operationsRoutes } from '../src/routes/operations.ts';
import { type Person, someone } from './stage.ts';

export type EndpointName = keyof typeof endpoints;

/** The calls that speak JSON and problems, in the order of the contract; OAuth, pages and services have tests of their own. */
export const plainNames = (Object.keys(endpoints) as EndpointName[]) // its own keys, which Object.keys forgets
  .filter((name) => !('speaks' in endpoints[name]) && !('isPage' in endpoints[name]))
  // What they say is looked at only after it was proved who says it (service-signatures.test.ts).
  .filter((name) => endpoints[name].caller !== 'service');

/** Every route of the server, found where routes are written, so that a new one cannot be forgotten. */
export async function allRoutes(): Promise<readonly Route[]> {
  const folder = join(import.meta.dirname, '../src/routes');
  const found: Route[] = [...operationsRoutes({ state: 'ok' })];
  for (const file of readdirSync(folder)) {
    const module: Record<string, unknown> = await import(join(folder, file));
    for (const exported of Object.values(module)) if (isRoutes(exported)) found.push(...exported);
  }
  return found;
}

function isRoutes(exported: unknown): exported is readonly Route[] {
  return Array.isArray(exported) && exported.every((each) => typeof each === 'object' && 'handle' in each);
}

/** A request that would succeed. */
export interface Sample {
  readonly method: Endpoint['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Subject {
  readonly person: Person;
  /** Whom an administrator acts on. */
  readonly target: Person;
}

const uuid = '01990000-0000-7000-8000-00000000beef';
/** Nothing has it. */
const otherUuid = '01990000-0000-7000-8000-00000000cafe';
/** Of the form of a thumbprint; nobody signs with it. */
const sampleKeyId = 's'.repeat(43);
const newServiceKey = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const newPassword = 'an entirely different sentence';
const password = 'correct horse battery staple';
const sample = {
  client: 'sample',
  resource: 'https://sample.example/api',
  provider: 'sample-provider',
  service: 'sample-service',
  /** One in each state that a tenant is led out of. */
  tenant: 'sample-tenant',
  suspendedTenant: 'sample-suspended',
  leavingTenant: 'sample-leaving',
};
let newTenants = 0;
const client = { name: 'Sample', type: 'confidential', redirectUris: ['https://sample.example/cb'] } as const;
// Nothing listens there, and nobody is asked to find out.
const provider = { name: 'Sample', issuer: 'http://127.0.0.1:9', clientId: 'argus' };

const signed = { clientDataJSON: 'e30', authenticatorData: 'e30', signature: 'e30' };
const asserted = { id: 'e30', rawId: 'e30', type: 'public-key', response: signed };
const attested = { ...asserted, response: { clientDataJSON: 'e30', attestationObject: 'e30' } };

/** What a sign-in takes after its first proof, and what mails lead to: read, and then refused. */
const steps: { readonly [Name in EndpointName]?: (subject: Subject) => unknown } = {
  signInWithTotp: () => ({ code: '123456' }),
  signInWithRecoveryCode: () => ({ code: 'ABCDE-FGHJK' }),
  signInWithPasswordToo: () => ({ password }),
  signInPasskeyOptions: () => ({}),
  signInWithPasskey: () => ({ credential: asserted }),
  chooseSession: ({ person }) => ({ endSessionId: person.sessionId }),
  beginTotpInSignIn: () => ({}),
  confirmTotpInSignIn: () => ({ enrolment: 'none', code: '123456' }),
  passkeyOptionsInSignIn: () => ({}),
  addPasskeyInSignIn: () => ({ credential: attested }),
  beginRecovery: ({ person }) => ({ email: person.email }),
  completeRecovery: () => ({ token: 'no such link', password: newPassword }),
  verifyEmail: () => ({ token: 'no such link' }),
  undoChanges: () => ({ token: 'no such link' }),
  stopRecovery: () => ({ token: 'no such link' }),
  changeEmail: () => ({ email: 'moved@example.org' }),
  sendVerification: () => ({}),
  beginTotp: () => ({}),
  confirmTotp: () => ({ enrolment: 'none', code: '123456' }),
  passkeyOptions: () => ({}),
  addPasskey: () => ({ credential: attested }),
  newRecoveryCodes: () => ({}),
  renameAuthenticator: () => ({ name: 'Renamed' }),
  stepUpWithTotp: () => ({ code: '123456' }),
  stepUpWithPasskey: () => ({ credential: asserted }),
  adminSendPasswordReset: () => ({}),
  adminStartRecovery: () => ({}),
};

/** What these samples are answered, who have proved nothing before and hold no link. */
export const refusedSamples: { readonly [Name in EndpointName]?: number } = {
  signInWithTotp: 401,
  signInWithRecoveryCode: 401,
  signInWithPasswordToo: 401,
  signInWithPasskey: 401,
  chooseSession: 401,
  beginTotpInSignIn: 401,
  confirmTotpInSignIn: 401,
  passkeyOptionsInSignIn: 401,
  addPasskeyInSignIn: 401,
  acceptInvitation: 410,
  invitationPasskeyOptions: 410,
  acceptInvitationWithPasskey: 410,
  adminRevokeInvitation: 404,
  adminResendInvitation: 404,
  completeRecovery: 410,
  verifyEmail: 410,
  undoChanges: 410,
  stopRecovery: 410,
  confirmTotp: 403,
  addPasskey: 401,
  renameAuthenticator: 404,
  removeAuthenticator: 404,
  stepUpWithTotp: 401,
  stepUpWithPasskey: 401,
  adminShowRecovery: 404,
  adminCancelRecovery: 404,
  adminRemoveAuthenticator: 404,
  adminReceiveImport: 404,
  adminCancelImport: 404,
};

const bodies: { readonly [Name in EndpointName]?: (subject: Subject) => unknown } = {
  ...steps,
  signUp: () => ({ email: 'new@example.org', password: newPassword }),
  signIn: ({ person }) => ({ identifier: person.email, password }),
  signInIdentifier: ({ person }) => ({ identifier: person.email }),
  beginFederatedSignIn: () => ({ returnTo: '/account' }),
  useLink: () => ({ token: 'no such link', password: newPassword }),
  refreshSession: () => ({}),
  changePassword: () => ({ currentPassword: password, newPassword }),
  stepUpOptions: () => ({}),
  stepUpWithPassword: () => ({ password }),
  adminCreateUser: () => ({ email: 'invited@example.org' }),
  adminChangeUser: () => ({ roles: ['editor'], groups: ['abroad'] }),
  eraseAccount: ({ person }) => ({ confirm: person.email }),
  adminEraseUser: ({ target }) => ({ confirm: target.email }),
  acceptInvitation: () => ({ token: 'no such link', password: newPassword }),
  invitationPasskeyOptions: () => ({ token: 'no such link' }),
  acceptInvitationWithPasskey: () => ({ token: 'no such link', credential: attested }),
  adminInvite: () => ({ email: 'asked@example.org' }),
  adminRotateKeys: () => ({ emergency: false }),
  adminCreateClient: () => client,
  adminChangeClient: () => ({ name: 'Renamed', scopes: ['openid'] }),
  adminDeclareResource: () => ({ id: 'https://declared.example/', name: 'Declared', scopes: ['notes.read'] }),
  adminDeclareService: () => ({ name: 'Sample', permissions: ['revocations'] }),
  adminChangeService: () => ({ status: 'active' }),
  adminAddServiceKey: () => ({ publicKey: newServiceKey() }),
  adminDeclareProvider: () => ({ ...provider, domains: ['declared.example'] }),
  adminPreviewPolicy: () => ({ preset: 'strict' }),
  // Nothing that the next sample would feel.
  adminSetPolicy: () => ({ preset: 'balanced', tokens: { codeSeconds: 50 } }),
  adminRestorePolicy: () => ({ note: 'As it was' }),
  adminApply: () => ({ tenants: [{ id: 'third' }] }),
  adminStartImport: () => ({ format: 'json', name: 'people' }),
  adminReceiveImport: () => ({ offset: 0, data: 'e30=' }),
  adminCreateTenant: () => {
    newTenants += 1;
    return { id: `new-${newTenants}` };
  },
  adminChangeTenant: () => ({ name: 'Renamed' }),
  adminEraseTenant: () => ({ confirm: sample.leavingTenant }),
};

const queries: { readonly [Name in EndpointName]?: string } = {
  adminRemoveResource: `?id=${encodeURIComponent(sample.resource)}`,
};

const ids: { readonly [Name in EndpointName]?: (subject: Subject) => string } = {
  endOneSession: ({ person }) => person.sessionId,
  adminEndSession: ({ target }) => target.sessionId,
  adminChangeUser: ({ target }) => target.userId,
  adminExportUser: ({ target }) => target.userId,
  adminEraseUser: ({ target }) => target.userId,
  adminUnlockUser: ({ target }) => target.userId,
  adminListConsents: ({ target }) => target.userId,
  adminWithdrawConsent: ({ target }) => target.userId,
  adminListAuthenticators: ({ target }) => target.userId,
  adminRemoveAuthenticator: ({ target }) => target.userId,
  adminSendPasswordReset: ({ target }) => target.userId,
  adminShowRecovery: ({ target }) => target.userId,
  adminStartRecovery: ({ target }) => target.userId,
  adminCancelRecovery: ({ target }) => target.userId,
  adminReceiveImport: () => otherUuid,
  adminCancelImport: () => otherUuid,
  // Their own, which is what administrators see.
  adminShowTenant: () => defaultTenant,
  adminChangeTenant: () => defaultTenant,
  adminSuspendTenant: () => sample.tenant,
  adminResumeTenant: () => sample.suspendedTenant,
  adminEraseTenant: () => sample.leavingTenant,
};

/** A request to each endpoint of the contract that its schemas let through. */
export function sampleOf(name: EndpointName, subject: Subject): Sample {
  const { method, path, ...endpoint }: Endpoint = endpoints[name];
  const body = bodies[name]?.(subject);
  const id = ids[name]?.(subject) ?? idIn(path);
  const keyId = sampleKeyId;
  const filled = filledPath(path, {
    id,
    keyId,
    clientId: sample.client,
    provider: sample.provider,
    version: '1',
  });
  return {
    method,
    path: `${filled}${queries[name] ?? ''}`,
    ...(body === undefined ? {} : { body }),
    // Whichever version is in force by then.
    ...(endpoint.versioned === 'demanded' ? { headers: { 'if-match': '*' } } : {}),
  };
}

function idIn(path: string): string {
  if (path.startsWith('/admin/v1/clients/')) return sample.client;
  if (path.startsWith('/admin/v1/services/')) return sample.service;
  return path.startsWith('/admin/v1/providers/') ? sample.provider : uuid;
}

/** A path whose parameters have these values, as they are. */
export function filledPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}|:(\w+)/g, (_, one, other) => values[one ?? other] ?? uuid);
}

/** A path with a query beside the one that it may have. */
export function withQuery(path: string, query: string): string {
  return path.includes('?') ? `${path}${query.replace('?', '&')}` : `${path}${query}`;
}

/** What the samples speak of, declared again where an earlier one removed it. */
export async function declareSamples(server: TestServer, subject: Subject): Promise<void> {
  const { store, clock, clients } = server.argus.services;
  const [at, tenant] = [clock.now(), defaultTenant];
  // Brands over text: the test names them.
  const clientId = sample.client as ClientId;
  const made: Client = {
    id: clientId,
    tenant,
    status: 'active',
    settings: clientSettingsSchema.parse(client),
    secretHash: Buffer.alloc(32, 1),
    ownGrantId: uuid as Client['ownGrantId'],
    source: 'administrator',
    createdAt: at,
    changedAt: at,
  };
  const resource = { id: sample.resource as Resource['id'], tenant, settings: { scopes: [] } };
  const settings = providerSettingsSchema.parse(provider);
  const upstream = {
    id: sample.provider as Provider['id'],
    tenant,
    settings,
    sealedSecret: null,
    changedAt: at,
  };
  const service: Service = {
    id: sample.service as Service['id'],
    tenant,
    status: 'active',
    name: null,
    permissions: ['revocations'],
    createdAt: at,
  };
  const key = {
    serviceId: service.id,
    keyId: sampleKeyId,
    jwk: { kty: 'OKP', crv: 'Ed25519', x: sampleKeyId },
    addedAt: at,
    expiresAt: null,
  };
  const consentOf = ({ userId }: Person) => ({
    userId,
    clientId,
    scope: ['openid'],
    resources: [],
    grantedAt: at,
    expiresAt: null,
  });
  const declared: Change[] = [
    { kind: 'create-client', client: made },
    { kind: 'declare-resource', resource },
    { kind: 'declare-provider', provider: upstream },
    { kind: 'create-import', import: importOfSamples(at), most: 100, dueAt: at + 86_400_000 },
    { kind: 'declare-service', service },
    { kind: 'add-service-key', key },
    { kind: 'give-consent', consent: consentOf(subject.person) },
    { kind: 'give-consent', consent: consentOf(subject.target) },
  ];
  // The client may be there; each is a commit of its own, so that the others do not mind.
  for (const change of declared) await store.commit({ tenant, changes: [change], events: [] });
  clients.forget();
  await declareTenants(server);
}

/** An active tenant and two that have settled, whatever became of those before. */
async function declareTenants({ argus }: TestServer): Promise<void> {
  const { store, clock } = argus.services;
  while ((await endTenants(argus.services)) > 0);
  const at = clock.now();
  const write = (id: string, change: Change) => store.commit({ tenant: id, changes: [change], events: [] });
  const { tenant, suspendedTenant, leavingTenant } = sample;
  for (const id of [tenant, suspendedTenant, leavingTenant]) {
    await write(id, { kind: 'create-tenant', id, at });
    await write(id, { kind: 'suspend-tenant', at });
    await write(id, { kind: 'settle-tenant', at, suspendedBy: at });
  }
  await write(tenant, { kind: 'resume-tenant' });
}

/** A file that is arriving. */
function importOfSamples(at: number): Import {
  return {
    id: uuid,
    tenant: defaultTenant,
    name: 'people',
    format: 'json',
    onExisting: 'skip',
    givesAdministration: false,
    state: 'receiving',
    startedBy: 'operator',
    askerId: null,
    bytes: 0,
    place: null,
    counts: noRows,
    failure: null,
    createdAt: at,
    beganAt: null,
    movedAt: null,
    endedAt: null,
  };
}

/** Somebody with whom the samples succeed. */
export async function subjectOf(server: TestServer, person?: Person): Promise<Subject> {
  const subject = { person: person ?? (await someone(server)), target: await someone(server) };
  await declareSamples(server, subject);
  return subject;
}
