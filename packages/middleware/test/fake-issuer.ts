import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeClock } from '@argus/testing/clock';
import type { Random } from '@argus/testing/random';
import { seeded } from '@argus/testing/seeded';
import {
  type ClientAccessClaims,
  type Clock,
  generateKey,
  issueAccessToken,
  type KeyRecord,
  masterKeyOf,
  openKeyRing,
  type PersonAccessClaims,
  type SigningAlgorithm,
} from '@argus/tokens';

export interface FakeIssuer {
  readonly url: string;
  /** Answers for the issuer without a network. */
  readonly fetch: typeof fetch;
  /** How often the key set was asked for. */
  readonly fetches: () => number;
  /** Replaces how the key set is answered; undefined restores it. */
  answerWith(answer: (() => Response | Promise<Response>) | undefined): void;
  /** A new key signs from now on; the old one stays published. */
  rotate(): Promise<void>;
  /** Only the newest key stays published. */
  withdrawOldKeys(): void;
  /** Publishes one more key, made elsewhere. */
  publish(jwk: object): void;
  jwks(): { keys: object[] };
  claims(changes?: Partial<PersonAccessClaims>): PersonAccessClaims;
  token(changes?: Partial<PersonAccessClaims>): Promise<string>;
  /** Of a client that acts by itself, as from the client_credentials grant. */
  clientToken(changes?: Partial<ClientAccessClaims>): Promise<string>;
}

export interface FakeIssuerOptions {
  readonly url?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly algorithm?: SigningAlgorithm;
}

export const issuerUrl = 'https://argus.example';

/** An issuer made of the tokens package alone. */
export async function fakeIssuer(options: FakeIssuerOptions): Promise<FakeIssuer> {
  const { url = issuerUrl, clock, random, algorithm = 'ES256' } = options;
  const masterKey = masterKeyOf(random.bytes(32));
  const spec = { use: 'access', algorithm } as const;
  const make = () => {
    const at = clock.now();
    return generateKey({ ...spec, publishedAt: at, signsFromAt: at }, masterKey, random);
  };
  let records: KeyRecord[] = [await make()];
  let fetches = 0;
  let answer: (() => Response | Promise<Response>) | undefined;
  const foreign: object[] = [];
  const ring = () => openKeyRing(records, masterKey);
  const jwks = () => ({ keys: [...ring().jwks(clock.now()).keys, ...foreign] });
  const claims = (changes: Partial<PersonAccessClaims> = {}) =>
    claimsAt(clock.now(), url, { random, changes });
  return {
    url,
    fetch: async () => {
      fetches++;
      return answer === undefined ? Response.json(jwks()) : answer();
    },
    fetches: () => fetches,
    answerWith: (next) => {
      answer = next;
    },
    rotate: async () => {
      records = [...records, await make()];
    },
    withdrawOldKeys: () => {
      records = records.slice(-1);
    },
    publish: (jwk) => void foreign.push(jwk),
    jwks,
    claims,
    token: (changes) => issueAccessToken(ring(), claims(changes), clock.now(), algorithm),
    clientToken: (changes) => {
      const shared = sharedClaims(clock.now(), url, random);
      const own = { ...shared, sub: 'reports', client_id: 'reports', roles: [], ...changes };
      return issueAccessToken(ring(), own, clock.now(), algorithm);
    },
  };
}

function claimsAt(
  now: number,
  issuer: string,
  { random, changes }: { random: Random; changes: Partial<PersonAccessClaims> },
): PersonAccessClaims {
  return {
    ...sharedClaims(now, issuer, random),
    sid: '0197c2a4-0000-7000-8000-00000000000b',
    sct: now - 60_000,
    amr: ['pwd'],
    acr: 'urn:argus:aal1',
    auth_time: Math.floor(now / 1000) - 60,
    ...changes,
  };
}

function sharedClaims(now: number, issuer: string, random: Random): ClientAccessClaims {
  const nowSeconds = Math.floor(now / 1000);
  return {
    iss: issuer,
    sub: '0197c2a4-0000-7000-8000-00000000000a',
    aud: issuer,
    exp: nowSeconds + 300,
    iat: nowSeconds,
    jti: random.uuid(),
    client_id: 'argus',
    gid: '0197c2a4-0000-7000-8000-00000000000c',
    scope: 'openid notes.read',
    tenant: 'default',
    roles: ['writer'],
  };
}

/** Time, chance and an issuer for one test. */
export async function setting(
  algorithm?: SigningAlgorithm,
): Promise<{ clock: FakeClock; random: Random; issuer: FakeIssuer }> {
  const { clock, random } = seeded();
  // ES256 is the quickest key to make.
  const issuer = await fakeIssuer({ clock, random, algorithm: algorithm ?? 'ES256' });
  return { clock, random, issuer };
}

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** Serves on a free loopback port until disposed, cutting open connections. */
export async function listening(listener: Parameters<typeof createServer>[1]): Promise<Listening> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function withBearer(token: string, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return new Request('https://api.example/notes', { ...init, headers });
}

export function withCookie(token: string, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  headers.set('cookie', `theme=dark; __Host-argus_access=${token}; other=1`);
  return new Request('https://api.example/notes', { ...init, headers });
}
