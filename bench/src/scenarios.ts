import type { KeyRing } from '@argus/tokens';
import { issueAccessToken } from '@argus/tokens';
import type { Shot } from './load.ts';
import type { Seeded } from './seed.ts';
import { userAgent } from './seed.ts';

export const issuer = 'http://localhost:8100';
const browserHeaders = { origin: issuer, 'sec-fetch-site': 'same-origin', 'user-agent': userAgent };

/** `GET /api/sessions` of seeded people, five sessions each. */
export async function listShots(ring: KeyRing, seeded: Seeded, startedAt: number): Promise<() => Shot> {
  const cookies: string[] = [];
  for (let n = 0; n < Math.min(500, seeded.count); n += 1)
    cookies.push(await accessCookie(ring, seeded, { n: n * 13, startedAt }));
  let at = 0;
  return () => {
    at += 1;
    return {
      method: 'GET',
      path: '/api/sessions?limit=20',
      headers: { ...browserHeaders, cookie: cookies[at % cookies.length] ?? '' },
    };
  };
}

/** `POST /api/sign-in` of one person with the right password. */
export function signInShot(email: string, password: string): Shot {
  return postShot('/api/sign-in', { identifier: email, password });
}

/** The same with a password that nobody has. */
export function signInTry(email: string): Shot {
  return signInShot(email, 'not the password of anyone here');
}

/** `POST /api/recovery` about an address. */
export function recoveryShot(email: string): Shot {
  return postShot('/api/recovery', { email });
}

/** `POST /api/sign-up` with an address. */
export function signUpShot(email: string): Shot {
  return postShot('/api/sign-up', { email, password: 'seven sturdy herons wade' });
}

/** `POST /api/sign-in/identifier`. */
export function identifierShot(identifier: string): Shot {
  return postShot('/api/sign-in/identifier', { identifier });
}

function postShot(path: string, body: unknown): Shot {
  return {
    method: 'POST',
    path,
    headers: { ...browserHeaders, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

async function accessCookie(
  ring: KeyRing,
  seeded: Seeded,
  { n, startedAt }: { n: number; startedAt: number },
): Promise<string> {
  const seconds = Math.floor(startedAt / 1000);
  const token = await issueAccessToken(
    ring,
    {
      iss: issuer,
      sub: seeded.userId(n),
      aud: issuer,
      exp: seconds + 3600,
      iat: seconds,
      jti: `bench-${n}`,
      client_id: 'argus',
      sid: seeded.sessionId(n),
      gid: seeded.grantId(n),
      sct: startedAt,
      scope: '',
      amr: ['pwd'],
      acr: 'urn:argus:aal1',
      auth_time: seconds,
      tenant: 'default',
      roles: [],
    },
    Date.now(),
  );
  return `__Host-argus_access=${token}`;
}
