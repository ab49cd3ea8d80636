import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { type Banks, openBanks, proverOf, type SignedIn, signIn } from './conformance-fapi-stage.ts';

/** `fapi2-security-profile-final-dpop-negative-tests`: one token, and all the proofs that it may come with. */
let banks: Banks;
let signedIn: SignedIn;
let keys: oauth.CryptoKeyPair;
let resource: URL;

before(async () => {
  banks = await openBanks();
  keys = await oauth.generateKeyPair('ES256', { extractable: true });
  signedIn = await signIn(banks.first, {}, { dpop: await proverOf(banks.first, { keys }) });
  resource = new URL(banks.certified.as.userinfo_endpoint ?? '');
});
after(() => banks[Symbol.asyncDispose]());

type Members = Record<string, unknown>;

/** A proof in the making: every part of it is the test's to spoil. */
interface Proof {
  readonly header: Members;
  readonly claims: Members;
  /** The signature, over what it is given. */
  sign(input: string): Promise<string>;
  /** What goes into the `DPoP` header, one field for each. */
  send(proof: string): readonly string[];
  readonly scheme: string;
}

type Change = (proof: Proof) => unknown;

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const es256 = { name: 'ECDSA', hash: 'SHA-256' };

async function signedBy({ privateKey }: oauth.CryptoKeyPair, input: string): Promise<string> {
  const signature = await crypto.subtle.sign(es256, privateKey, Buffer.from(input));
  return Buffer.from(signature).toString('base64url');
}

async function publicJwk({ publicKey }: oauth.CryptoKeyPair): Promise<Members> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  return { kty, crv, x, y };
}

async function goodProof(nonce: string): Promise<Proof> {
  return {
    header: { typ: 'dpop+jwt', alg: 'ES256', jwk: await publicJwk(keys) },
    claims: {
      jti: randomUUID(),
      htm: 'GET',
      htu: resource.href,
      iat: Math.floor(Date.now() / 1000),
      ath: createHash('sha256').update(signedIn.tokens.access_token).digest('base64url'),
      nonce,
    },
    sign: (input) => signedBy(keys, input),
    send: (proof) => [proof],
    scheme: 'DPoP',
  };
}

interface Said {
  readonly status: number;
  readonly nonce: string;
  readonly challenge: string;
}

/** Two fields of one name are more than `fetch` can send. */
function get(authorization: string, fields: readonly string[]): Promise<Said> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, ...(fields.length > 0 ? { dpop: [...fields] } : {}) };
    httpRequest(resource, { headers }, (response) => {
      response.resume();
      const { 'dpop-nonce': nonce, 'www-authenticate': challenge = '' } = response.headers;
      resolve({ status: response.statusCode ?? 0, nonce: String(nonce ?? ''), challenge });
    })
      .on('error', reject)
      .end();
  });
}

/** Call the resource with a proof that was changed; again with the nonce that the first answer tells. */
async function show(change: Change = () => undefined): Promise<Said> {
  const token = signedIn.tokens.access_token;
  const asked = await get(`DPoP ${token}`, [await made(await goodProof(''))]);
  const proof = await goodProof(asked.nonce);
  await change(proof);
  const sent = proof.send(await made(proof));
  return get(`${proof.scheme} ${token}`, sent);
}

async function made({ header, claims, sign }: Proof): Promise<string> {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${await sign(input)}`;
}

const without =
  (part: 'header' | 'claims', name: string): Change =>
  (proof) =>
    delete proof[part][name];
const withClaim =
  (name: string, value: () => unknown): Change =>
  ({ claims }) =>
    Object.assign(claims, { [name]: value() });

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

const bad: Readonly<Record<string, Change>> = {
  'more than one DPoP header': (proof) => Object.assign(proof, { send: (good: string) => [good, good] }),
  'no well-formed JWT': (proof) =>
    Object.assign(proof, { send: (good: string) => [good.replace(/\.[^.]*$/, '')] }),
  'no typ': without('header', 'typ'),
  'no alg': without('header', 'alg'),
  'no jwk': without('header', 'jwk'),
  'no jti': without('claims', 'jti'),
  'no htm': without('claims', 'htm'),
  'no htu': without('claims', 'htu'),
  'no iat': without('claims', 'iat'),
  'no ath': without('claims', 'ath'),
  'another typ': ({ header }) => Object.assign(header, { typ: 'dpop+jwt+wrongyousee' }),
  'alg none': (proof) =>
    Object.assign(proof.header, { alg: 'none' }) && Object.assign(proof, { sign: () => '' }),
  'an invalid signature': (proof) =>
    Object.assign(proof, { sign: async (input: string) => signedBy(keys, `${input}x`) }),
  'the private key in jwk': async ({ header }) =>
    Object.assign(header, { jwk: await crypto.subtle.exportKey('jwk', keys.privateKey) }),
  'another method': withClaim('htm', () => 'PUT'),
  'another URL': withClaim('htu', () => `${resource.href}ohnonotagain`),
  'one hour in the future': withClaim('iat', () => inSeconds(3600)),
  'one hour in the past': withClaim('iat', () => inSeconds(-3600)),
  'another ath': withClaim('ath', () => createHash('sha256').update('another').digest('base64url')),
  'another key': async (proof) => {
    const others = await oauth.generateKeyPair('ES256', { extractable: true });
    Object.assign(proof.header, { jwk: await publicJwk(others) });
    Object.assign(proof, { sign: (input: string) => signedBy(others, input) });
  },
  'another nonce': withClaim('nonce', () => 'made-up'),
  'no proof at all': (proof) => Object.assign(proof, { send: () => [] }),
  'no proof, as a bearer token': (proof) => Object.assign(proof, { send: () => [], scheme: 'Bearer' }),
};

for (const [what, change] of Object.entries(bad))
  test(`dpop-negative-tests: ${what} → 401 with a challenge, and the token stays good`, async () => {
    const { status, challenge } = await show(change);
    assert.equal(status, 401);
    assert.match(challenge, /^DPoP realm="argus", error="(invalid_dpop_proof|invalid_token|use_dpop_nonce)"/);
    assert.equal((await show()).status, 200);
  });

const good: Readonly<Record<string, Change>> = {
  'htu with a query and a fragment': withClaim('htu', () => `${resource.href}?allthedoors#programmed`),
  'htu in capitals where case says nothing': withClaim('htu', () =>
    resource.href.replace('http://localhost', 'HTTP://LOCALHOST'),
  ),
  'members that nobody knows': ({ header, claims }) => {
    Object.assign(header, { tx_id: 1 });
    Object.assign(claims, { tx_id_key: 1 });
  },
};

for (const [what, change] of Object.entries(good))
  test(`dpop-negative-tests: ${what} → fine`, async () => {
    assert.equal((await show(change)).status, 200);
  });

test('dpop-negative-tests: the same jti twice → refused', async () => {
  const again = withClaim('jti', () => 'said twice');
  assert.deepEqual([(await show(again)).status, (await show(again)).status], [200, 401]);
});
