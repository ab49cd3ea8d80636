import type { ApplyDocument, ClientSettings, ServiceId, TenantId } from '@argus/contract';
import type { Mistake, ServiceKey } from '@argus/core';
import { knownTenants, type Owned, ownersOf, serviceByKey } from '@argus/store';
import { declaredPolicyMistakes } from '../policy/apply-policy.ts';
import type { Services } from '../services.ts';
import { mistakesInTenant, namesOfOthers } from '../tenant/administer-tenants.ts';
import { mistakesOfResource } from './administer-resources.ts';
import { mistakesInClient, strangeResources } from './judge-client.ts';
import { userMistakes } from './judge-declared-users.ts';
import { mistakesInProvider, takenDomains } from './judge-provider.ts';
import { usesSecret, withPlainName } from './new-client.ts';
import { newServiceKey } from './service-key.ts';

/** All that speaks against a document, at the place where it stands; empty when it can be applied. */
export async function mistakesOfDocument(
  services: Services,
  document: ApplyDocument,
): Promise<readonly Mistake[]> {
  const mistakes = [
    ...(await strangeTenants(services, document)),
    ...(await declaredPolicyMistakes(services, document)),
    ...tenantMistakes(services, document),
    ...(await userMistakes(services, document)),
    ...resourceMistakes(services, document),
    ...clientMistakes(services, document),
    ...providerMistakes(services, document),
  ];
  // What cannot be right anywhere is not looked for in the database.
  return mistakes.length > 0 ? mistakes : await clashes(services, document);
}

/** What the document says and the installation, or another part of the document, contradicts. */
async function clashes(services: Services, document: ApplyDocument): Promise<Mistake[]> {
  return [
    ...(await tenantClashes(services, document)),
    ...(await ownershipMistakes(services, 'resources', document.resources)),
    ...(await ownershipMistakes(services, 'clients', document.clients)),
    ...(await ownershipMistakes(services, 'providers', document.providers)),
    ...(await ownershipMistakes(services, 'services', document.services)),
    ...(await serviceKeyClashes(services, document)),
    ...(await resourceClashes(services, document)),
    ...(await domainClashes(services, document)),
  ];
}

const sections = ['users', 'resources', 'clients', 'providers', 'services'] as const;

async function strangeTenants({ store }: Services, document: ApplyDocument): Promise<Mistake[]> {
  const named = new Set(sections.flatMap((section) => document[section].map(({ tenant }) => tenant)));
  const declared = new Set(document.tenants.map(({ id }) => id));
  const known = await knownTenants(store.pool, [...named]);
  return sections.flatMap((section) =>
    document[section].flatMap(({ tenant }, at) =>
      known.has(tenant) || declared.has(tenant)
        ? []
        : [{ path: `${section}.${at}.tenant`, message: 'is not declared and does not exist' }],
    ),
  );
}

function tenantMistakes(services: Services, { tenants }: ApplyDocument): Mistake[] {
  const seen = new Set<string>();
  return tenants.flatMap(({ id, ...settings }, at) => {
    const { hosts = [], domains = [] } = settings;
    const named = [
      { path: 'id', key: `id ${id}` },
      ...hosts.map((name, place) => ({ path: `hosts.${place}`, key: `host ${name}` })),
      ...domains.map((name, place) => ({ path: `domains.${place}`, key: `domain ${name}` })),
    ];
    const twice = named.flatMap(({ path, key }) =>
      seen.has(key) ? [{ path, message: 'is declared twice' }] : [],
    );
    for (const { key } of named) seen.add(key);
    return under(`tenants.${at}`, [...mistakesInTenant(services, id, settings), ...twice]);
  });
}

/** A host or a domain leads to one tenant. */
async function tenantClashes(services: Services, { tenants }: ApplyDocument): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const [at, { id, ...settings }] of tenants.entries())
    mistakes.push(...under(`tenants.${at}`, await namesOfOthers(services, id, settings)));
  return mistakes;
}

/** An id can be had once in the installation: twice in a document, or where another tenant has it, it cannot. */
async function ownershipMistakes(
  { store }: Services,
  section: Owned,
  declared: readonly { readonly tenant: string; readonly id: string }[],
): Promise<Mistake[]> {
  const ids = declared.map(({ id }) => id);
  const owners = await ownersOf(store.pool, section, ids);
  return declared.flatMap(({ tenant, id }, at) => {
    const path = `${section}.${at}.id`;
    if (ids.indexOf(id) !== at) return [{ path, message: 'is declared twice' }];
    const owner = owners.get(id);
    if (owner === undefined || owner === tenant) return [];
    return [{ path, message: `belongs to the tenant ${owner} already` }];
  });
}

function resourceMistakes(services: Services, { resources }: ApplyDocument): Mistake[] {
  return resources.flatMap((declared, at) => {
    const { tenant: _, id, ...settings } = declared;
    return under(`resources.${at}`, mistakesOfResource(services, { id, settings }));
  });
}

function clientMistakes(services: Services, { clients }: ApplyDocument): Mistake[] {
  return clients.flatMap((declared, at) => {
    const { settings, secret } = settingsOf(declared);
    const hasSecret = secret !== undefined || usesSecret(settings);
    return under(`clients.${at}`, mistakesInClient(services, { settings, hasSecret }));
  });
}

function providerMistakes(services: Services, { providers }: ApplyDocument): Mistake[] {
  return providers.flatMap((declared, at) => {
    const { tenant: _, id: __, clientSecret: ___, ...settings } = declared;
    return under(`providers.${at}`, mistakesInProvider(services, settings));
  });
}

/** A key is one service's: in a document twice, or known as another's, nobody could tell who signed. */
async function serviceKeyClashes({ store }: Services, { services }: ApplyDocument): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  const seen = new Set<string>();
  for (const [at, { id, publicKey, publicKeys = publicKey ? [publicKey] : [] }] of services.entries()) {
    for (const [place, jwk] of publicKeys.entries()) {
      const path = `services.${at}.publicKeys.${place}`;
      const key = newServiceKey(jwk, { serviceId: id as ServiceId, addedAt: 0, expiresAt: null }); // as above
      if (!key) mistakes.push({ path, message: 'is no key' });
      else if (seen.has(key.keyId)) mistakes.push({ path, message: 'is declared twice' });
      else if (await isElsewhere(store, key)) mistakes.push({ path, message: 'belongs to another service' });
      if (key) seen.add(key.keyId);
    }
  }
  return mistakes;
}

async function isElsewhere(store: Services['store'], { keyId, serviceId }: ServiceKey): Promise<boolean> {
  const owner = (await serviceByKey(store.pool, keyId))?.service.id;
  return owner !== undefined && owner !== serviceId;
}

async function resourceClashes(
  services: Services,
  { clients, resources }: ApplyDocument,
): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const [at, declared] of clients.entries()) {
    const { settings } = settingsOf(declared);
    const tenant = declared.tenant as TenantId; // the schema gave it the form of one
    const beside = new Set(resources.filter((each) => each.tenant === tenant).map(({ id }) => id));
    mistakes.push(...under(`clients.${at}`, await strangeResources(services, { tenant, settings }, beside)));
  }
  return mistakes;
}

async function domainClashes(services: Services, { providers }: ApplyDocument): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  const seen = new Set<string>();
  for (const [at, declared] of providers.entries()) {
    const { id, clientSecret: _, ...settings } = declared;
    const tenant = declared.tenant as TenantId; // the schema gave it the form of one
    const beside = new Set(providers.filter((each) => each.tenant === tenant).map((each) => each.id));
    const taken = await takenDomains(services, { tenant, id, settings }, beside);
    const twice = settings.domains.flatMap((domain, place) =>
      seen.has(`${tenant}/${domain}`)
        ? [{ path: `domains.${place}`, message: 'leads to another provider of this document' }]
        : [],
    );
    for (const domain of settings.domains) seen.add(`${tenant}/${domain}`);
    mistakes.push(...under(`providers.${at}`, [...taken, ...twice]));
  }
  return mistakes;
}

export interface DeclaredClient {
  readonly id: string;
  readonly settings: ClientSettings;
  readonly secret: string | undefined;
}

/** A declaration of a client, taken apart. */
export function settingsOf(declared: ApplyDocument['clients'][number]): DeclaredClient {
  const { id, secret, tenant: _, ...settings } = declared;
  return { id, secret, settings: withPlainName(settings) };
}

function under(place: string, mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.map(({ path, message }) => ({
    path: path === '' ? place : `${place}.${path}`,
    message,
  }));
}
