import { createHash, createHmac, hkdfSync } from 'node:crypto';
import pg from 'pg';
import type { Shot } from './load.ts';
import { masterKey } from './refreshing.ts';
import type { Seeded } from './seed.ts';

const clientId = 'bench';
const secret = 'the secret of the client of the bench, long';
const redirectUri = 'https://bench.example/cb';
/** RFC 7636 appendix B. */
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** A confidential client with every flow, as `argus apply` would declare it. */
export async function seedClient(url: string, now: number): Promise<void> {
  const key = new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), 'argus client secret', 32));
  const settings = {
    name: 'Bench',
    type: 'confidential',
    applicationType: 'web',
    redirectUris: [redirectUri],
    postLogoutRedirectUris: [],
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    responseModes: ['query'],
    scopes: ['openid', 'bench.read'],
    resources: [],
    origins: [],
    profile: 'standard',
    requiresPkce: true,
    requiresPar: false,
    requiresDpop: false,
    consent: 'implicit',
    consentDays: null,
    accessTokenAlgorithm: 'RS256',
    idTokenAlgorithm: 'RS256',
    defaultMaxAgeSeconds: null,
    refreshIsActivity: true,
    mayIntrospect: false,
  };
  await query(url, clientSql, [
    clientId,
    JSON.stringify(settings),
    createHmac('sha256', key).update(secret).digest(),
    new Date(now).toISOString(),
  ]);
}

/** `client_credentials` of that client, again and again. */
export function ownTokenShot(): Shot {
  return tokenShot({ grant_type: 'client_credentials', scope: 'bench.read' });
}

/** Codes of seeded sessions, each of which is redeemed once; null when all are used. */
export async function codeShots(
  url: string,
  seeded: Seeded,
  { count, now }: { readonly count: number; readonly now: number },
): Promise<() => Shot | null> {
  const codes = Array.from({ length: count }, (_, n) => `code-${now}-${n}`);
  const step = 10_000;
  for (let from = 0; from < count; from += step) {
    const part = codes.slice(from, from + step).map((code, at) => ({ code, n: (from + at) % seeded.count }));
    await query(url, codesSql, [
      part.map(({ code }) => createHash('sha256').update(code).digest()),
      part.map(({ n }) => seeded.userId(n)),
      part.map(({ n }) => seeded.sessionId(n)),
      redirectUri,
      challenge,
      new Date(now).toISOString(),
    ]);
  }
  let at = 0;
  return () => {
    const code = codes[at];
    at += 1;
    if (code === undefined) return null;
    return tokenShot({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
  };
}

function tokenShot(fields: Readonly<Record<string, string>>): Shot {
  const credentials = `${clientId}:${encodeURIComponent(secret).replaceAll('%20', '+')}`;
  return {
    method: 'POST',
    path: '/oauth/token',
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'bench/1.0',
    },
    body: new URLSearchParams(fields).toString(),
  };
}

async function query(url: string, text: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, statement_timeout: 0 });
  await client.connect();
  try {
    await client.query("SET TIME ZONE 'UTC'");
    await client.query(text, [...values]);
  } finally {
    await client.end();
  }
}

const clientSql = `
  INSERT INTO clients (tenant_id, id, status, settings, secret_hash, own_grant_id, source, created_at, changed_at)
  VALUES ('default', $1, 'active', $2, $3, gen_random_uuid(), 'apply', $4, $4)`;

const codesSql = `
  INSERT INTO authorization_codes (tenant_id, code_hash, client_id, user_id, session_id, grant_id, redirect_uri, scope,
    resources, code_challenge, created_at, expires_at)
  SELECT 'default', c.hash, '${clientId}', c.user_id, c.session_id, gen_random_uuid(), $4, '{openid}', '{}', $5,
    $6::timestamptz, $6::timestamptz + interval '10 minutes'
  FROM unnest($1::bytea[], $2::uuid[], $3::uuid[]) AS c (hash, user_id, session_id)`;
