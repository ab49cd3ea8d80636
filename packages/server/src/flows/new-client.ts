import type { ClientId, ClientSettings, ClientSource, GrantId, Instant, TenantId } from '@argus/contract';
import { authMethodOf, type Client, canonicalName } from '@argus/core';
import type { Random } from '../services/random.ts';
import type { Services } from '../services.ts';

export interface NewClient {
  readonly tenant: TenantId;
  /** Absent: a readable one is made of the name. */
  readonly id?: string | undefined;
  readonly settings: ClientSettings;
  /** Absent: one is made if the client needs it. */
  readonly secret?: string | undefined;
  readonly source: ClientSource;
}

/** A client together with a secret that was made for it and is shown only now. */
export interface ClientWithSecret {
  readonly client: Client;
  readonly secret: string | null;
}

/** A client that does not exist yet. */
export function newClient(services: Services, at: Instant, of: NewClient): ClientWithSecret {
  const { random, secrets } = services;
  const made = of.secret === undefined && usesSecret(of.settings) ? newSecret(random) : null;
  const secret = of.secret ?? made;
  const client: Client = {
    id: (of.id ?? readableId(random, of.settings.name)) as ClientId, // a fresh name, or one that the contract read
    tenant: of.tenant,
    status: 'active',
    settings: of.settings,
    secretHash: secret === null ? null : secrets.clientSecretHash(secret),
    ownGrantId: random.uuid() as GrantId, // a fresh name
    source: of.source,
    createdAt: at,
    changedAt: at,
  };
  return { client, secret: made };
}

/** Whether it proves itself with a secret that both sides know. */
export function usesSecret(settings: ClientSettings): boolean {
  return authMethodOf(settings).startsWith('client_secret_');
}

/** 256 bits in 43 characters. */
export function newSecret(random: Random): string {
  return random.bytes(32).toString('base64url');
}

/** Names are shown to people: printable, in one spelling. */
export function withPlainName(settings: ClientSettings): ClientSettings {
  return { ...settings, name: canonicalName(settings.name) ?? '' };
}

/** `notes-app-7f3kq2mb`: what it is, and enough chance that nobody else has it. */
function readableId(random: Random, name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${slug || 'client'}-${chanceWord(random, 8)}`;
}

/** Characters that nobody mistakes for one another. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';

/** For names, not for secrets: some characters are a little likelier than others. */
export function chanceWord(random: Random, length: number): string {
  return [...random.bytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('');
}
