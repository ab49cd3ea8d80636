import {
  type ClientId,
  type ClientSettingsInput,
  clientSettingsSchema,
  type GrantId,
  type ResourceId,
} from '@argus/contract';
import type { Client, RequestParameters, Resource } from '@argus/core';
import { ids, startMs } from './facts.ts';

// Ids are brands over text; a literal becomes one only by saying so.
export const notesId = 'notes' as ClientId;
export const notesApi = 'https://notes.example/api' as ResourceId;
export const filesApi = 'https://files.example/api' as ResourceId;
export const callback = 'https://client.example.com/cb';
/** RFC 7636 appendix B. */
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
/** RFC 9449 §6.1. */
export const thumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

export type ClientChanges = Partial<Omit<Client, 'settings'>> & {
  readonly settings?: Partial<ClientSettingsInput>;
};

/** A confidential web client with one redirect URI, changed where a test says so. */
export function clientWith({ settings, ...changes }: ClientChanges = {}): Client {
  return {
    id: notesId,
    tenant: ids.tenant,
    status: 'active',
    settings: clientSettingsSchema.parse({
      name: 'Notes',
      type: 'confidential',
      redirectUris: [callback],
      ...settings,
    }),
    secretHash: null,
    ownGrantId: '01990000-0000-7000-8000-000000000010' as GrantId,
    source: 'administrator',
    createdAt: startMs,
    changedAt: startMs,
    ...changes,
  };
}

export function resourceWith(id: ResourceId, scopes: readonly string[]): Resource {
  return { id, tenant: ids.tenant, settings: { scopes: [...scopes] } };
}

/** Parameters as a browser sends them: a list is one that is repeated, an empty one counts as none. */
export function parametersOf(
  sent: Readonly<Record<string, string | readonly string[] | undefined>>,
): RequestParameters {
  const all = (name: string) => [sent[name] ?? []].flat().filter((value) => value !== '');
  const names = Object.keys(sent).filter((name) => all(name).length > 0);
  return {
    one: (name) => all(name)[0],
    all,
    repeated: names.filter((name) => all(name).length > 1),
    names,
  };
}
