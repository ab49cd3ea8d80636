import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { protect } from '@argus/middleware';
import { createLocalJWKSet, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';

/** CPU microseconds of one check of an access token, median of rounds. */
export interface CheckCosts {
  readonly first: number;
  readonly cached: number;
  readonly jose: number;
}

const tokensPerRound = 1_500;
const rounds = 9;

/** `protect` on tokens it has never seen and on one it has, beside jose on the same tokens; rounds interleaved. */
export async function checkCosts(): Promise<CheckCosts> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk: JWK = {
    ...(publicKey.export({ format: 'jwk' }) as JWK),
    kid: 'bench',
    alg: 'RS256',
    use: 'sig',
  };
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const key = await importJWK(jwk, 'RS256');
    const set = createLocalJWKSet({ keys: [jwk] });
    const costs = {
      first: [] as number[],
      cached: [] as number[],
      jose: [] as number[],
      local: [] as number[],
    };
    const protection = protect({ issuer });
    const check = async (token: string) => {
      const verdict = await protection.check(
        new Request(`${issuer}/notes`, { headers: { authorization: `Bearer ${token}` } }),
      );
      if (!verdict.ok) throw new Error(`refused: ${verdict.refusal}`);
    };
    const bare = async (token: string) =>
      void new Request(`${issuer}/notes`, { headers: { authorization: `Bearer ${token}` } });
    for (let round = 0; round < rounds; round += 1) {
      const tokens = await manyTokens(issuer, privateKey, tokensPerRound);
      const request = await cpu(tokens, bare);
      costs.first.push((await cpu(tokens, check)) - request);
      costs.cached.push((await cpu(tokens, check)) - request);
      costs.jose.push(
        await cpu(tokens, async (token) => void (await jwtVerify(token, key, { issuer, audience: issuer }))),
      );
      costs.local.push(
        await cpu(tokens, async (token) => void (await jwtVerify(token, set, { issuer, audience: issuer }))),
      );
    }
    return {
      first: median(costs.first),
      cached: median(costs.cached),
      jose: Math.min(median(costs.jose), median(costs.local)),
    };
  } finally {
    server.close();
  }
}

async function manyTokens(
  issuer: string,
  key: Parameters<SignJWT['sign']>[0],
  count: number,
): Promise<string[]> {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    client_id: 'argus',
    gid: 'g',
    sct: Date.now(),
    scope: '',
    amr: ['pwd'],
    acr: 'urn:argus:aal1',
    auth_time: seconds,
    tenant: 'default',
    roles: [],
  };
  const tokens: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const jwt = new SignJWT({ ...claims, sid: `session-${n}` }).setProtectedHeader({
      alg: 'RS256',
      kid: 'bench',
      typ: 'at+jwt',
    });
    tokens.push(
      await jwt
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject('someone')
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + 300)
        .setJti(`t${n}-${seconds}`)
        .sign(key),
    );
  }
  return tokens;
}

async function cpu(tokens: readonly string[], work: (token: string) => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (const token of tokens) await work(token);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / tokens.length;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
