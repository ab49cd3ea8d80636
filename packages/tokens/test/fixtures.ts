import assert from 'node:assert/strict';
import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeEpochMs } from '@argus/testing/clock';
import { seededRandom } from '@argus/testing/random';
import { type KeyAlgorithm, type SigningAlgorithm, signNow } from '../src/algorithm.ts';
import {
  type AccessClaims,
  type ClientAccessClaims,
  generateKey,
  type IdClaims,
  issueAccessToken,
  type KeyRecord,
  type KeyRing,
  masterKeyOf,
  openKeyRing,
  type PersonAccessClaims,
  type RefreshClaims,
  type RingKey,
  seal,
  unseal,
} from '../src/index.ts';
import { sealingContext } from '../src/sealed-vault.ts';

export const now = fakeEpochMs;
export const nowSeconds = now / 1000;
export const issuer = 'https://id.example';
export const random = seededRandom('tokens');
export const masterKey = masterKeyOf(random.bytes(32));
export const algorithms: readonly SigningAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

export const accessClaims: PersonAccessClaims = {
  iss: issuer,
  sub: '019b8c00-0000-7000-8000-000000000001',
  aud: 'https://notes.example/api',
  exp: nowSeconds + 300,
  iat: nowSeconds,
  jti: '019b8c00-0000-7000-8000-000000000002',
  client_id: 'notes',
  sid: '019b8c00-0000-7000-8000-000000000003',
  gid: '019b8c00-0000-7000-8000-000000000004',
  sct: now - 5000,
  scope: 'openid notes:read',
  amr: ['pwd'],
  acr: 'urn:argus:aal1',
  auth_time: nowSeconds - 5,
  tenant: 'default',
  roles: ['editor'],
};

const { sid: _sid, sct: _sct, amr: _amr, acr: _acr, auth_time: _authTime, ...shared } = accessClaims;
/** Of a client that acts by itself. */
export const clientClaims: ClientAccessClaims = { ...shared, sub: 'notes', roles: [] };

export const idClaims: IdClaims = {
  iss: issuer,
  sub: accessClaims.sub,
  aud: 'notes',
  exp: nowSeconds + 300,
  iat: nowSeconds,
  auth_time: accessClaims.auth_time,
  acr: accessClaims.acr,
  amr: accessClaims.amr,
  sid: accessClaims.sid,
  nonce: 'n-0S6_WzA2Mj',
};

export const refreshClaims: RefreshClaims = {
  iss: issuer,
  sub: accessClaims.sub,
  aud: issuer,
  exp: nowSeconds + 1800,
  iat: nowSeconds,
  jti: 'jti-of-generation-3',
  tenant: 'default',
  sid: accessClaims.sid,
  gid: accessClaims.gid,
  gen: 3,
  client_id: 'argus',
  amr: ['pwd'],
  auth_time: nowSeconds - 5,
};

export const expectAccess = { issuer, audience: 'https://notes.example/api', now };

const secrets = new Map<string, KeyObject>();

export async function keyOf(algorithm: KeyAlgorithm): Promise<KeyRecord> {
  const use = algorithm === 'HS256' ? 'refresh' : 'access';
  const record = await generateKey({ use, algorithm, publishedAt: now, signsFromAt: now }, masterKey, random);
  const material = Buffer.from(unseal(masterKey, record.sealed, sealingContext(record)));
  const secret =
    algorithm === 'HS256'
      ? createSecretKey(material)
      : createPrivateKey({ key: material, format: 'der', type: 'pkcs8' });
  secrets.set(record.kid, secret);
  return record;
}

/** The private half, or the secret, of a key made here: a ring itself gives signatures and never the key. */
export function secretOf({ kid }: Pick<RingKey, 'kid'>): KeyObject {
  return secrets.get(kid) ?? assert.fail('a key that was not made here');
}

const spares = new Map<KeyAlgorithm, Promise<KeyRecord>>();

/** A key under a name of its own whose material is always the same: for tests that need hundreds. */
export async function spareKeyOf(algorithm: KeyAlgorithm): Promise<KeyRecord> {
  const made = spares.get(algorithm) ?? keyOf(algorithm);
  spares.set(algorithm, made);
  const record = await made;
  const material = unseal(masterKey, record.sealed, sealingContext(record));
  const copy = { ...record, kid: random.bytes(12).toString('base64url') };
  return { ...copy, sealed: seal(masterKey, material, sealingContext(copy), random) };
}

export async function ringOf(...wanted: readonly KeyAlgorithm[]): Promise<KeyRing> {
  return openKeyRing(await Promise.all(wanted.map(keyOf)), masterKey);
}

/** An access token by whatever algorithm this ring signs with. */
export function issued(ring: KeyRing, claims: AccessClaims = accessClaims): Promise<string> {
  const { algorithm } = ring.signing('access', now);
  assert.ok(algorithm !== 'HS256');
  return issueAccessToken(ring, claims, now, algorithm);
}

type Segment = string | Uint8Array | Readonly<Record<string, unknown>>;

/** A compact JWS with any header and payload, honestly signed by `key`: what no public function would make. */
export function forge(key: RingKey, header: Segment, payload: Segment): string {
  const input = `${segmentOf(header)}.${segmentOf(payload)}`;
  const signer = { algorithm: key.algorithm, signingKey: secretOf(key) };
  return `${input}.${signNow(signer, Buffer.from(input, 'latin1')).toString('base64url')}`;
}

export function segmentOf(part: Segment): string {
  if (typeof part === 'string') return Buffer.from(part, 'utf8').toString('base64url');
  if (part instanceof Uint8Array) return Buffer.from(part).toString('base64url');
  return Buffer.from(JSON.stringify(part), 'utf8').toString('base64url');
}

export function headerOf(key: RingKey): { alg: string; typ: string; kid: string } {
  return { alg: key.algorithm, typ: key.use === 'access' ? 'at+jwt' : 'rt+jwt', kid: key.kid };
}

const folder = process.env.ARGUS_VECTORS;
export const vectorsAbsent: string | false =
  folder === undefined ? 'ARGUS_VECTORS is not set: third-party vectors were NOT run' : false;

/** The parsed file; its shape is the vector authors' business, so each test states the part it reads. */
export function readVectors<Shape>(path: string): Shape {
  // The cast is the reader's claim about a third party's file; a wrong claim fails the test that makes it.
  return JSON.parse(readFileSync(join(folder ?? '', path), 'utf8')) as Shape;
}
