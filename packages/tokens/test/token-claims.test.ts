import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AccessClaims,
  issueRefreshToken,
  type RefreshClaims,
  TokensFault,
  verifyAccessToken,
  verifyRefreshToken,
} from '../src/index.ts';
import {
  accessClaims,
  expectAccess,
  forge,
  headerOf,
  issued,
  issuer,
  now,
  refreshClaims,
  ringOf,
} from './fixtures.ts';

const ring = await ringOf('EdDSA', 'HS256');
const key = ring.signing('access', now);
const refreshKey = ring.signing('refresh', now);
const header = headerOf(key);

function verdict(
  claims: Readonly<Record<string, unknown>> | string | Uint8Array,
  expect = expectAccess,
): string {
  const verified = verifyAccessToken(ring, forge(key, header, claims), expect);
  return verified.ok ? 'accepted' : verified.rejection;
}

for (const name of Object.keys(accessClaims)) {
  test(`an access token without ${name}, or with it null, is refused`, () => {
    assert.equal(verdict({ ...accessClaims, [name]: undefined }), 'bad-claims');
    assert.equal(verdict({ ...accessClaims, [name]: null }), 'bad-claims');
  });
}

for (const name of Object.keys(refreshClaims)) {
  test(`a refresh token without ${name}, or with an object for it, is refused`, () => {
    for (const value of [undefined, {}]) {
      const token = forge(refreshKey, headerOf(refreshKey), { ...refreshClaims, [name]: value });
      assert.deepEqual(verifyRefreshToken(ring, token, { issuer, now }), {
        ok: false,
        rejection: 'bad-claims',
      });
    }
  });
}

test('a claim of the wrong kind is refused: number for text, text for list, list holding a number', () => {
  const wrong = [
    { sub: 7 },
    { roles: 'admin' },
    { amr: ['pwd', 1] },
    { scope: ['a'] },
    { aud: [] },
    { aud: [''] },
  ];
  for (const change of [...wrong, { sub: '' }, { cnf: 'key' }, { aud: { 0: issuer } }]) {
    assert.equal(verdict({ ...accessClaims, ...change }), 'bad-claims', JSON.stringify(change));
  }
});

test('a confirmation this verifier does not understand is refused, not passed over (RFC 7800 §3.1)', () => {
  const jkt = 'A'.repeat(43);
  assert.equal(verdict({ ...accessClaims, cnf: { jkt } }), 'accepted');
  for (const cnf of [
    {},
    { jkt: 'short' },
    { 'x5t#S256': jkt },
    { jkt, 'x5t#S256': jkt },
    { jkt: 7 },
    null,
    [],
  ]) {
    assert.equal(verdict({ ...accessClaims, cnf }), 'bad-claims', JSON.stringify(cnf));
  }
});

test('the issuer is compared exactly: no case, slash, port or prefix is forgiven (RFC 8725 §3.8)', () => {
  for (const iss of [
    `${issuer}/`,
    'https://ID.example',
    `${issuer}:443`,
    `${issuer}.attacker.example`,
    'http://id.example',
  ]) {
    assert.equal(verdict({ ...accessClaims, iss }), 'wrong-issuer', iss);
  }
});

test('the audience must hold the one asked for, whole (RFC 8725 §3.9)', () => {
  const { audience } = expectAccess;
  assert.equal(verdict({ ...accessClaims, aud: ['https://other.example', audience] }), 'accepted');
  for (const aud of [
    'https://other.example',
    [`${audience}/v2`],
    audience.slice(0, -1),
    ['https://other.example'],
  ]) {
    assert.equal(verdict({ ...accessClaims, aud }), 'wrong-audience', JSON.stringify(aud));
  }
});

test('a verifier may serve several audiences and accepts a token for any of them', () => {
  const verify = (aud: unknown, audience: string[]) => {
    const verified = verifyAccessToken(ring, forge(key, header, { ...accessClaims, aud }), {
      ...expectAccess,
      audience,
    });
    return verified.ok ? 'accepted' : verified.rejection;
  };
  assert.equal(verify('https://b.example', ['https://a.example', 'https://b.example']), 'accepted');
  assert.equal(verify(['https://b.example'], ['https://a.example', 'https://b.example']), 'accepted');
  assert.equal(verify(['https://c.example'], ['https://a.example', 'https://b.example']), 'wrong-audience');
  assert.equal(verify('https://b.example', []), 'wrong-audience');
});

test('a refresh token is meant for its issuer and for nobody else', () => {
  const verify = (change: Partial<RefreshClaims>) => {
    const token = issueRefreshToken(ring, { ...refreshClaims, ...change }, now);
    const verified = verifyRefreshToken(ring, token, { issuer, now });
    return verified.ok ? 'accepted' : verified.rejection;
  };
  assert.equal(verify({}), 'accepted');
  assert.equal(verify({ aud: 'https://notes.example/api' }), 'wrong-audience');
  assert.equal(verify({ iss: 'https://other.example' }), 'wrong-issuer');
});

const payload = JSON.stringify(accessClaims);
const badPayloads: Readonly<Record<string, string | Uint8Array>> = {
  'a duplicate sub': payload.replace('{', '{"sub":"victim",'),
  'a duplicate sub behind an escape': payload.replace('{', '{"s\\u0075b":"victim",'),
  'a duplicate key deep inside': payload.replace('{', '{"extra":{"a":[{"b":1,"b":2}]},'),
  'a lone surrogate': payload.replace('"default"', '"\\udc00default"'),
  'a lone surrogate as a key': payload.replace('{', '{"\\ud83d":1,'),
  'a NUL': payload.replace('"default"', '"default\\u0000x"'),
  'invalid UTF-8': Buffer.from(payload.replace('default', 'd\xe9faut'), 'latin1'),
  'an overlong UTF-8 sequence': Buffer.from(payload.replace('default', '\xc0\xaf'), 'latin1'),
  'nesting without end': payload.replace('{', `{"extra":${'['.repeat(60)}${']'.repeat(60)},`),
  'a trailing NUL byte': `${payload}\0`,
  nothing: '',
};
for (const [what, text] of Object.entries(badPayloads)) {
  test(`claims with ${what} are refused under a good signature`, () => {
    assert.equal(verdict(text), 'bad-claims');
  });
}

test('text outside ASCII and escaped text survive', () => {
  const escaped = JSON.stringify({ ...accessClaims, tenant: 'Zoë 🔑' }).replace('ë', '\\u00eb');
  const verified = verifyAccessToken(ring, forge(key, header, escaped), expectAccess);
  assert.equal(verified.ok && verified.claims.tenant, 'Zoë 🔑');
});

test('a claim named __proto__ neither pollutes nor passes for another claim', () => {
  const text = payload.replace('{', '{"__proto__":{"roles":["admin"]},').replace(',"roles":["editor"]', '');
  assert.equal(verdict(text), 'bad-claims');
});

test('an issuer refuses to sign claims that a verifier would refuse', async () => {
  const wrong: Partial<AccessClaims>[] = [
    { exp: accessClaims.iat },
    { exp: accessClaims.exp + 0.5 },
    { sub: '' },
    { tenant: '\ud800' },
    { jti: 'a\0b' },
    { cnf: { jkt: 'short' } },
    { auth_time: accessClaims.iat + 1 },
  ];
  for (const change of wrong) {
    await assert.rejects(issued(ring, { ...accessClaims, ...change }), TokensFault);
  }
  assert.throws(() => issueRefreshToken(ring, { ...refreshClaims, gen: -1 }, now), TokensFault);
});

test('an issuer refuses to sign a token longer than verifiers read', async () => {
  const roles = Array.from({ length: 90 }, (_, index) => `${index}-${'r'.repeat(200)}`);
  await assert.rejects(issued(ring, { ...accessClaims, roles }), TokensFault);
});

test('members that are no claims of ours are never signed', async () => {
  const crowded = Object.assign({ password: 'hunter2' }, accessClaims);
  const verified = verifyAccessToken(ring, await issued(ring, crowded), expectAccess);
  assert.deepEqual(verified, { ok: true, claims: accessClaims });
});
