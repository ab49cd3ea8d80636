import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '@argus/testing/clock';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  createJwksSource,
  foreignKeyIdOf,
  type JwksSource,
  type SigningAlgorithm,
  signingAlgorithms,
  verifyForeign,
} from '../src/index.ts';
import { holderOf } from './dpop-fixtures.ts';
import { now } from './fixtures.ts';

const url = 'https://upstream.example/keys';
const [rsa, ec, ed] = [holderOf('RS256').jwk, holderOf('ES256').jwk, holderOf('EdDSA').jwk];

interface Setting {
  readonly source: JwksSource;
  readonly clock: ReturnType<typeof fakeClock>;
  visits(): number;
}

function settingWith(keys: readonly object[], algorithms?: readonly SigningAlgorithm[]): Setting {
  const clock = fakeClock(now);
  let visits = 0;
  const fetchKeys = async () => {
    visits++;
    return Response.json({ keys });
  };
  const source = createJwksSource({ url, fetch: fetchKeys, clock, ...(algorithms && { algorithms }) });
  return { source, clock, visits: () => visits };
}

async function pinnedTo(jwk: object, algorithms?: readonly SigningAlgorithm[]): Promise<string | undefined> {
  const { source } = settingWith([{ ...jwk, kid: 'k' }], algorithms);
  await source.refresh();
  const key = source.find('k');
  assert.equal(source.state().keys, key === undefined ? 0 : 1);
  return key?.algorithm;
}

test('a key that does not say its algorithm is used only where it was said which there may be', async () => {
  assert.equal(await pinnedTo(rsa), undefined);
  assert.equal(await pinnedTo(rsa, signingAlgorithms), 'RS256');
  assert.equal(await pinnedTo(rsa, ['PS256', 'RS256']), 'PS256');
  assert.equal(await pinnedTo(ec, signingAlgorithms), 'ES256');
  assert.equal(await pinnedTo(ed, signingAlgorithms), 'EdDSA');
  assert.equal(await pinnedTo(ed, ['RS256', 'ES256']), undefined);
});

test('where algorithms were said, a key of any other is not used, even if it says so itself', async () => {
  assert.equal(await pinnedTo({ ...rsa, alg: 'PS256' }, ['RS256']), undefined);
  assert.equal(await pinnedTo({ ...rsa, alg: 'PS256' }, ['RS256', 'PS256']), 'PS256');
  assert.equal(await pinnedTo({ ...rsa, alg: 'RSA-OAEP-256' }, signingAlgorithms), undefined);
  assert.equal(await pinnedTo({ ...rsa, use: 'enc' }, signingAlgorithms), undefined);
});

test('an RSA key that says nothing serves either algorithm, one that does only its own', async () => {
  const { source } = settingWith(
    [
      { ...rsa, kid: 'a' },
      { ...rsa, kid: 'b', alg: 'RS256' },
    ],
    signingAlgorithms,
  );
  await source.refresh();
  const kids = (algorithm: SigningAlgorithm) => source.candidates(algorithm, undefined).map((key) => key.kid);
  assert.deepEqual([kids('RS256'), kids('PS256'), kids('ES256')], [['a', 'b'], ['a'], []]);
  assert.deepEqual(
    source.candidates('PS256', 'a').map((key) => key.algorithm),
    ['PS256'],
  );
  assert.deepEqual(source.candidates('PS256', 'b'), []);
});

test('a provider with one key and no names for it is understood (OIDC Core §10.1)', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const { source, visits } = settingWith([await exportJWK(publicKey)], signingAlgorithms);
  const token = await new SignJWT({ sub: 'a' }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
  const expect = { types: [undefined], algorithms: signingAlgorithms };
  assert.deepEqual(verifyForeign(source, token, expect), { ok: false, rejection: 'unknown-key' });
  await source.load(foreignKeyIdOf(token));
  assert.equal(verifyForeign(source, token, expect).ok, true);
  await source.load(undefined);
  assert.equal(visits(), 1, 'a set is known, and no name asks for another');
});

test('without names asked for, an empty set is asked for again only after the cool-down', async () => {
  const { source, clock, visits } = settingWith([], signingAlgorithms);
  await source.load(undefined);
  await source.load(undefined);
  assert.equal(visits(), 1);
  clock.advance(30_000);
  await source.load(undefined);
  assert.equal(visits(), 2);
});

test('candidates alone never make the first call, and renew an old set in the background', async () => {
  const { source, clock, visits } = settingWith([{ ...ec, kid: 'k' }], signingAlgorithms);
  assert.deepEqual(source.candidates('ES256', 'k'), []);
  assert.equal(visits(), 0);
  await source.refresh();
  clock.advance(300_000);
  assert.equal(source.candidates('ES256', 'k').length, 1);
  assert.equal(visits(), 2);
});

test('the name in a header is read from anybody’s token, and from nothing that is none', () => {
  const segment = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const token = (header: object) => `${segment(header)}.${segment({})}.AAAA`;
  assert.equal(foreignKeyIdOf(token({ alg: 'RS256', kid: 'k', x5t: 'x' })), 'k');
  assert.equal(foreignKeyIdOf(token({ alg: 'RS256' })), undefined);
  for (const header of [
    { alg: 'RS256', kid: 7 },
    { alg: 'RS256', kid: '' },
    { alg: 'RS256', kid: 'k', jku: 'x' },
    { kid: 'k' },
  ]) {
    assert.equal(foreignKeyIdOf(token(header)), undefined);
  }
  assert.equal(foreignKeyIdOf('x'), undefined);
});
