import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { defaultTenant } from '@argus/contract';
import { openStore, readKeys } from '@argus/store';
import {
  issueAccessToken,
  issueRefreshToken,
  type KeyRecord,
  type KeyRing,
  masterKeyOf,
  openKeyRing,
  refreshTokenId,
} from '@argus/tokens';
import type { Hit, Shot } from './load.ts';
import { type Seeded, userAgent } from './seed.ts';

export const masterKey = Buffer.alloc(32, 7);

/** A device cookie as the server makes it; every seeded device holds this secret. */
export function benchDevice(): { readonly cookie: string; readonly secretHash: Buffer } {
  const secret = Buffer.alloc(32, 1).toString('base64url');
  const key = new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), 'argus device cookie', 32));
  const tag = createHmac('sha256', key).update(secret).digest('base64url').slice(0, 22);
  return { cookie: `${secret}.${tag}`, secretHash: createHash('sha256').update(secret).digest() };
}

/** The server's own keys, opened with the bench's master key. */
export async function openRing(databaseUrl: string): Promise<KeyRing> {
  const store = openStore({ url: databaseUrl, size: 1 });
  try {
    return openKeyRing(
      (await readKeys(store.pool, defaultTenant)) as readonly KeyRecord[],
      masterKeyOf(masterKey),
    );
  } finally {
    await store.close();
  }
}

/** An access token of a seeded session, as a browser's cookie carries it. */
export function accessTokenFor(issuer: string, ring: KeyRing, seeded: Seeded, n: number): Promise<string> {
  const now = Date.now();
  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: issuer,
    sub: seeded.userId(n),
    aud: issuer,
    exp: seconds + 300,
    iat: seconds,
    jti: `bench ${n}`,
    client_id: 'argus',
    gid: seeded.grantId(n),
    scope: '',
    tenant: 'default',
    roles: [],
    sid: seeded.sessionId(n),
    sct: now - 60_000,
    amr: ['pwd'],
    acr: 'urn:argus:aal1',
    auth_time: seconds - 60,
  };
  return issueAccessToken(ring, claims, now);
}

/** Refreshes of seeded sessions, each with the token that its last refresh gave. */
export function refreshShots(issuer: string, ring: KeyRing, seeded: Seeded, startedAt: number) {
  const tokens = new Map<number, string>();
  const device = benchDevice().cookie;
  const step = 7919; // a prime: neighbours in time are strangers on disk
  let at = 0;
  const tokenOf = (n: number) => tokens.get(n) ?? firstToken(issuer, ring, seeded, { n, startedAt });
  const plan = new Map<Shot, number>();
  return {
    next(): Shot {
      const n = at % seeded.count;
      at += step;
      const shot: Shot = {
        method: 'POST',
        path: '/api/session/refresh',
        headers: {
          origin: issuer,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/json',
          'user-agent': userAgent,
          cookie: `__Host-argus_refresh=${tokenOf(n)}; __Host-argus_device=${device}`,
        },
        body: '{"idleSeconds":0}',
      };
      plan.set(shot, n);
      return shot;
    },
    took(shot: Shot, { cookies }: Hit): void {
      const n = plan.get(shot);
      plan.delete(shot);
      const line = cookies.find((cookie) => cookie.startsWith('__Host-argus_refresh='));
      if (n !== undefined && line) tokens.set(n, line.slice(line.indexOf('=') + 1, line.indexOf(';')));
    },
  };
}

function firstToken(
  issuer: string,
  ring: KeyRing,
  seeded: Seeded,
  { n, startedAt }: { n: number; startedAt: number },
): string {
  const seconds = Math.floor(startedAt / 1000);
  const claims = {
    iss: issuer,
    sub: seeded.userId(n),
    aud: issuer,
    exp: seconds + 6 * 3600,
    iat: seconds,
    jti: refreshTokenId(seeded.grantSecret(n), 1),
    tenant: 'default',
    sid: seeded.sessionId(n),
    gid: seeded.grantId(n),
    gen: 1,
    client_id: 'argus',
    amr: ['pwd'],
    auth_time: seconds,
  };
  return issueRefreshToken(ring, claims, Date.now());
}
