import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { issueRefreshToken, longestToken, verifyAccessToken, verifyRefreshToken } from '../src/index.ts';
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
  secretOf,
  segmentOf,
} from './fixtures.ts';

const ring = await ringOf('ES256', 'HS256');
const rsaRing = await ringOf('RS256');
const key = ring.signing('access', now);
const hmacKey = ring.signing('refresh', now);
const header = headerOf(key);
const verdict = (token: string) => {
  const verified = verifyAccessToken(ring, token, expectAccess);
  return verified.ok ? 'accepted' : verified.rejection;
};

test('an honest token is accepted, so that the refusals below mean something', () => {
  assert.equal(verdict(forge(key, header, { ...accessClaims })), 'accepted');
});

for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
  test(`alg "${alg}" is refused with the signature removed and with one attached (RFC 8725 §2.1)`, () => {
    const bare = `${segmentOf({ ...header, alg })}.${segmentOf({ ...accessClaims })}.`;
    assert.equal(verdict(bare), 'malformed');
    assert.equal(verdict(forge(key, { ...header, alg }, { ...accessClaims })), 'wrong-algorithm');
  });
}

test('a public RSA or EC key used as an HMAC secret proves nothing (key confusion, RFC 8725 §2.1)', () => {
  for (const victim of [ring, rsaRing]) {
    const target = victim.signing('access', now);
    const secrets = [
      target.key.export({ type: 'spki', format: 'pem' }),
      target.key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(victim.jwks(now).keys[0]),
    ];
    for (const secret of secrets) {
      const input = `${segmentOf({ ...headerOf(target), alg: 'HS256' })}.${segmentOf({ ...accessClaims })}`;
      const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      const verified = verifyAccessToken(victim, token, expectAccess);
      assert.equal(verified.ok ? 'accepted' : verified.rejection, 'wrong-algorithm');
    }
  }
});

test('a header cannot choose another algorithm of the same key: RS256 key, PS256 header', () => {
  const rsaKey = rsaRing.signing('access', now);
  const token = forge(
    { ...rsaKey, algorithm: 'PS256' },
    { ...headerOf(rsaKey), alg: 'PS256' },
    { ...accessClaims },
  );
  const verified = verifyAccessToken(rsaRing, token, expectAccess);
  assert.equal(verified.ok ? 'accepted' : verified.rejection, 'wrong-algorithm');
});

const strangeHeaders: Readonly<Record<string, unknown>> = {
  jku: 'https://attacker.example/jwks',
  x5u: 'https://attacker.example/chain',
  jwk: ring.jwks(now).keys[0],
  x5c: ['MIIB'],
  x5t: 'abc',
  'x5t#S256': 'abc',
  crit: ['exp'],
  b64: false,
  zip: 'DEF',
  cty: 'JWT',
  enc: 'A256GCM',
  nonce: 'n',
};
for (const [name, value] of Object.entries(strangeHeaders)) {
  test(`a header with ${name} is refused, even under a good signature (ASVS 9.1.3, RFC 7515 §4.1.11)`, () => {
    assert.equal(verdict(forge(key, { ...header, [name]: value }, { ...accessClaims })), 'bad-header');
  });
}

test('b64=false named in crit is refused (RFC 7797 §6)', () => {
  const token = forge(key, { ...header, b64: false, crit: ['b64'] }, { ...accessClaims });
  assert.equal(verdict(token), 'bad-header');
});

test('a header that names no key, an empty one or a key that is not text is refused', () => {
  for (const kid of [undefined, '', 7, null, ['a']]) {
    assert.equal(verdict(forge(key, { ...header, kid }, { ...accessClaims })), 'bad-header');
  }
});

test('a key name that is a path, a query, a URL or a prototype member finds no key', () => {
  for (const kid of [
    '../../etc/passwd',
    "' OR 1=1 --",
    'https://attacker.example/k',
    '__proto__',
    'constructor',
  ]) {
    assert.equal(verdict(forge(key, { ...header, kid }, { ...accessClaims })), 'unknown-key');
  }
});

const badHeaderTexts: Readonly<Record<string, string | Uint8Array>> = {
  'a duplicate alg': `{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"${key.kid}"}`,
  'a duplicate kid written with an escape': `{"alg":"ES256","typ":"at+jwt","k\\u0069d":"x","kid":"${key.kid}"}`,
  'an array': '[]',
  'a string': '"at+jwt"',
  null: 'null',
  'a trailing comma': `{"alg":"ES256","typ":"at+jwt","kid":"${key.kid}",}`,
  'text after the object': `{"alg":"ES256","typ":"at+jwt","kid":"${key.kid}"} x`,
  'a byte-order mark': `\ufeff{"alg":"ES256","typ":"at+jwt","kid":"${key.kid}"}`,
  'invalid UTF-8': Buffer.from(`{"alg":"ES256","typ":"at+jwt","kid":"\xff"}`, 'latin1'),
  'a lone surrogate': `{"alg":"ES256","typ":"at+jwt","kid":"\\ud800"}`,
};
for (const [what, text] of Object.entries(badHeaderTexts)) {
  test(`a header with ${what} is malformed`, () => {
    assert.equal(verdict(forge(key, text, { ...accessClaims })), 'malformed');
  });
}

test('another signature algorithm encoding is refused: DER instead of r ‖ s', async () => {
  const { sign } = await import('node:crypto');
  const input = `${segmentOf(header)}.${segmentOf({ ...accessClaims })}`;
  const der = sign('sha256', Buffer.from(input), secretOf(key));
  assert.equal(verdict(`${input}.${der.toString('base64url')}`), 'bad-signature');
});

test('a signature is checked before the payload is believed (ASVS 9.1.1)', () => {
  const broken = forge(key, header, 'not json');
  assert.equal(verdict(broken), 'bad-claims');
  const other = forge(key, header, { ...accessClaims });
  const swapped = `${broken.slice(0, broken.lastIndexOf('.'))}.${other.slice(other.lastIndexOf('.') + 1)}`;
  assert.equal(verdict(swapped), 'bad-signature');
  const verified = verifyAccessToken(ring, swapped, expectAccess);
  assert.equal('claims' in verified, false);
});

test('a token longer than the bound is refused before any key is looked for', () => {
  const keys = {
    find: (): never => {
      throw new Error('a key was looked for');
    },
  };
  const long = `${segmentOf(header)}.${'A'.repeat(longestToken)}.AAAA`;
  const verified = verifyAccessToken(keys, long, expectAccess);
  assert.deepEqual(verified, { ok: false, rejection: 'too-long' });
});

test('nothing but three parts of base64url is a token', async () => {
  const token = await issued(ring);
  const [head = '', body = '', tail = ''] = token.split('.');
  const wrong = ['', '.', '..', `${head}.${body}`, `${token}.`, `.${token}`, `${token}.${tail}`, ` ${token}`];
  const spaced = [
    `${token} `,
    `${token}\n`,
    `${head}.${body}.${tail}=`,
    `${head}.\n${body}.${tail}`,
    `${head}.${body}.`,
  ];
  const json = JSON.stringify({ protected: head, payload: body, signature: tail });
  for (const text of [...wrong, ...spaced, json]) assert.equal(verdict(text), 'malformed', text);
});

test('standard base64 letters do not stand for their URL-safe twins', () => {
  for (let round = 0; round < 50; round++) {
    const token = forge(key, header, { ...accessClaims, jti: `j${round}` });
    const plain = token.replaceAll('-', '+').replaceAll('_', '/');
    if (plain !== token) assert.equal(verdict(plain), 'malformed');
  }
});

test('unused bits at the end of any part must be zero, so a token has one spelling (RFC 4648 §3.5)', () => {
  const token = issueRefreshToken(ring, refreshClaims, now);
  assert.equal(verifyRefreshToken(ring, token, { issuer, now }).ok, true);
  const last = token.at(-1) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const twin = alphabet.charAt(alphabet.indexOf(last) + 1);
  const respelled = token.slice(0, -1) + twin;
  const bytes = (text: string) => Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url');
  assert.deepEqual(bytes(respelled), bytes(token));
  assert.deepEqual(verifyRefreshToken(ring, respelled, { issuer, now }), {
    ok: false,
    rejection: 'malformed',
  });
});

test('a refresh token signed by the HMAC key under the access type is refused as an access token', () => {
  const token = forge(hmacKey, { ...headerOf(hmacKey), typ: 'at+jwt' }, { ...accessClaims });
  assert.equal(verdict(token), 'unknown-key');
});

test('a signature is bound to its own key: two keys of one algorithm do not stand in for each other', async () => {
  const other = (await ringOf('ES256')).signing('access', now);
  assert.equal(verdict(forge(other, header, { ...accessClaims })), 'bad-signature');
  assert.equal(verdict(forge(other, headerOf(other), { ...accessClaims })), 'unknown-key');
});

test('ECDSA signatures with r or s of zero are refused (CVE-2022-21449)', () => {
  const input = `${segmentOf(header)}.${segmentOf({ ...accessClaims })}`;
  const good = forge(key, header, { ...accessClaims });
  const signature = Buffer.from(good.slice(good.lastIndexOf('.') + 1), 'base64url');
  const withoutR = Buffer.concat([Buffer.alloc(32), signature.subarray(32)]);
  const withoutS = Buffer.concat([signature.subarray(0, 32), Buffer.alloc(32)]);
  for (const bytes of [Buffer.alloc(64), withoutR, withoutS]) {
    assert.equal(verdict(`${input}.${bytes.toString('base64url')}`), 'bad-signature');
  }
});
