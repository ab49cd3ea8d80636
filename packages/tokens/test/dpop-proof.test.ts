import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { verifyDpopProof } from '../src/index.ts';
import { asked, type Holder, holderOf, proofBy, proofClaims, signedBy, verdictOf } from './dpop-fixtures.ts';
import { algorithms, now, nowSeconds, readVectors, vectorsAbsent } from './fixtures.ts';

const holder = holderOf('ES256');
const accessToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const ath = createHash('sha256').update(accessToken).digest('base64url');

for (const algorithm of algorithms) {
  test(`a proof by ${algorithm} tells the thumbprint of its key, its mark and until when it is good`, async () => {
    const someone = holderOf(algorithm);
    assert.deepEqual(verifyDpopProof(proofBy(someone, { nonce: 'n-1' }), asked), {
      ok: true,
      jkt: await calculateJwkThumbprint({ ...someone.jwk, kty: someone.jwk.kty ?? '' }),
      jti: proofClaims.jti,
      nonce: 'n-1',
      expiresAt: now + 60_000,
    });
  });

  test(`we accept a proof that jose made by ${algorithm}, and jose one that passes here`, async () => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    const jwk = await exportJWK(publicKey);
    const proof = await new SignJWT({ ...proofClaims })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: algorithm, jwk })
      .sign(privateKey);
    const verified = verifyDpopProof(proof, asked);
    assert.equal(verified.ok && verified.jkt, await calculateJwkThumbprint(jwk));
    const ours = holderOf(algorithm);
    const { payload } = await jwtVerify(
      proofBy(ours),
      await importJWK({ ...ours.jwk, kty: ours.jwk.kty ?? '' }, algorithm),
      {
        typ: 'dpop+jwt',
        currentDate: new Date(now),
      },
    );
    assert.deepEqual(payload, proofClaims);
  });
}

interface Vector {
  proof: string;
  payload: { jti: string; htm: string; htu: string; iat: number };
  jkt: string;
  accessToken?: string;
}

test('the proofs of RFC 9449 are accepted for their own request and second alone', {
  skip: vectorsAbsent,
}, () => {
  const vectors = readVectors<Vector[]>('dpop/rfc9449-proofs.json');
  assert.equal(vectors.length, 3);
  for (const { proof, payload, jkt, accessToken: token } of vectors) {
    const at = payload.iat * 1000;
    const expect = { method: payload.htm, url: payload.htu, now: at, ...(token && { accessToken: token }) };
    const expected = { ok: true, jkt, jti: payload.jti, nonce: null, expiresAt: at + 60_000 };
    assert.deepEqual(verifyDpopProof(proof, expect), expected);
    assert.equal(verdictOf(proof, { ...expect, method: 'PUT' }), 'wrong-method');
    assert.equal(verdictOf(proof, { ...expect, url: `${payload.htu}/other` }), 'wrong-url');
    assert.equal(verdictOf(proof, { ...expect, now: at + 60_000 }), 'too-old');
  }
});

test('no proof is missing, and two of them are refused however they are joined', () => {
  assert.equal(verdictOf(undefined), 'missing');
  assert.equal(verdictOf(''), 'missing');
  const proof = proofBy(holder);
  for (const two of [`${proof}, ${proof}`, `${proof},${proof}`, `,${proof}`, `${proof},`]) {
    assert.equal(verdictOf(two), 'repeated');
  }
  for (const odd of [`${proof} ${proof}`, ` ${proof}`, `DPoP ${proof}`, `${proof}.x`, 'x']) {
    assert.equal(verdictOf(odd), 'malformed');
  }
});

test('a token of any other type is no proof', () => {
  for (const typ of ['at+jwt', 'JWT', 'dpop', 'DPOP+JWT', 'application/dpop+jwt', 'rt+jwt', '', undefined]) {
    assert.equal(verdictOf(proofBy(holder, {}, { typ })), 'wrong-type', String(typ));
  }
});

test('alg none, a MAC or an algorithm of another key is refused', () => {
  for (const alg of ['none', 'None', '', 'HS256', 'HS512', 'ES384', 'ES256K', 'RS384', 'RSA1_5']) {
    assert.equal(verdictOf(proofBy(holder, {}, { alg })), 'wrong-algorithm', alg);
  }
  for (const alg of ['RS256', 'PS256', 'EdDSA']) {
    assert.equal(verdictOf(proofBy(holder, {}, { alg })), 'bad-key', alg);
  }
  const rsa = holderOf('RS256');
  assert.equal(verdictOf(proofBy(rsa, {}, { alg: 'PS256' })), 'bad-signature');
  assert.equal(
    verdictOf(proofBy(rsa, {}, { alg: 'PS256', jwk: { ...rsa.jwk, alg: 'RS256' } })),
    'wrong-algorithm',
  );
  const unsigned = proofBy(holder).split('.').slice(0, 2);
  assert.equal(verdictOf(`${unsigned.join('.')}.`), 'malformed');
});

test('a key that is private, symmetric, weak, half or not there is refused', () => {
  const { d } = holder.privateKey.export({ format: 'jwk' });
  assert.equal(verdictOf(proofBy(holder, {}, { jwk: { ...holder.jwk, d } })), 'secret-key');
  assert.equal(verdictOf(proofBy(holder, {}, { jwk: { kty: 'oct', k: 'AAAA' } })), 'secret-key');
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const weak: Holder = { algorithm: 'RS256', privateKey, jwk: publicKey.export({ format: 'jwk' }) };
  assert.equal(verdictOf(proofBy(weak)), 'bad-key');
  const { y: _y, ...half } = holder.jwk;
  const others = [
    half,
    { ...holder.jwk, crv: 'P-384' },
    { ...holder.jwk, y: holder.jwk.x },
    {},
    [],
    'key',
    7,
  ];
  for (const jwk of [...others, { ...holder.jwk, use: 'enc' }, { ...holder.jwk, key_ops: ['sign'] }]) {
    assert.equal(verdictOf(proofBy(holder, {}, { jwk })), 'bad-key', JSON.stringify(jwk));
  }
  assert.equal(verdictOf(proofBy(holder, {}, { jwk: undefined })), 'bad-key');
  assert.equal(verdictOf(proofBy(holder, {}, { jwk: null })), 'bad-key');
});

test('a key that says what browsers say of theirs is taken', () => {
  const jwk = { ...holder.jwk, key_ops: ['verify'], ext: true, use: 'sig', alg: 'ES256', kid: 'k' };
  assert.equal(verdictOf(proofBy(holder, {}, { jwk })), 'accepted');
});

test('a header that names keys elsewhere or asks to be read otherwise is refused; others are passed over', () => {
  const refused = {
    jku: 'https://attacker.example',
    x5u: 'https://attacker.example',
    x5c: ['MIIB'],
    b64: false,
  };
  for (const [name, value] of Object.entries({ ...refused, crit: ['exp'], zip: 'DEF', enc: 'A256GCM' })) {
    assert.equal(verdictOf(proofBy(holder, {}, { [name]: value })), 'bad-header', name);
  }
  assert.equal(verdictOf(proofBy(holder, {}, { kid: 'mine', cty: 'x' })), 'accepted');
});

test('a proof signed by another key than it shows, or changed since, is refused', () => {
  const other = holderOf('ES256');
  assert.equal(verdictOf(proofBy(other, {}, { jwk: holder.jwk })), 'bad-signature');
  const [head, , signature] = proofBy(holder).split('.');
  const body = Buffer.from(JSON.stringify({ ...proofClaims, jti: 'another' })).toString('base64url');
  assert.equal(verdictOf(`${head}.${body}.${signature}`), 'bad-signature');
});

test('the signature is checked before the claims are believed (ASVS 9.1.1)', () => {
  const other = holderOf('ES256');
  assert.equal(verdictOf(proofBy(other, { htm: 'GET' }, { jwk: holder.jwk })), 'bad-signature');
});

test('a claim that is missing or of the wrong kind is refused', () => {
  for (const name of Object.keys(proofClaims)) {
    for (const value of [undefined, null, '', {}, [], true]) {
      assert.equal(
        verdictOf(proofBy(holder, { [name]: value })),
        'bad-claims',
        `${name} ${JSON.stringify(value)}`,
      );
    }
  }
  for (const iat of ['1767603600', nowSeconds + 0.5, -1, now, 1e308]) {
    assert.equal(verdictOf(proofBy(holder, { iat })), 'bad-claims', String(iat));
  }
  for (const odd of [
    { jti: 'j'.repeat(257) },
    { nonce: 7 },
    { nonce: '' },
    { nonce: 'n'.repeat(257) },
    { ath: 7 },
  ]) {
    assert.equal(verdictOf(proofBy(holder, odd)), 'bad-claims', JSON.stringify(odd));
  }
  assert.equal(
    verdictOf(signedBy(holder, { typ: 'dpop+jwt', alg: 'ES256', jwk: holder.jwk }, [])),
    'bad-claims',
  );
});

test('a proof for another method is refused, in any case of letters', () => {
  for (const htm of ['GET', 'post', 'Post', 'POST ']) {
    assert.equal(verdictOf(proofBy(holder, { htm })), 'wrong-method', htm);
  }
});

test('a proof is good from ten seconds before its iat until a minute after, to the millisecond', () => {
  const at = (offsetMs: number) => verdictOf(proofBy(holder), { now: now + offsetMs });
  assert.equal(at(-10_001), 'from-the-future');
  assert.equal(at(-10_000), 'accepted');
  assert.equal(at(59_999), 'accepted');
  assert.equal(at(60_000), 'too-old');
  assert.equal(verdictOf(proofBy(holder), { now: now + 299_999, maxAgeSeconds: 300 }), 'accepted');
  assert.equal(verdictOf(proofBy(holder), { now: now + 300_000, maxAgeSeconds: 300 }), 'too-old');
});

test('a mark need not be kept longer than told: the proof is refused from that instant on', () => {
  const verified = verifyDpopProof(proofBy(holder, { iat: nowSeconds + 10 }), asked);
  assert.ok(verified.ok);
  assert.equal(
    verdictOf(proofBy(holder, { iat: nowSeconds + 10 }), { now: verified.expiresAt - 1 }),
    'accepted',
  );
  assert.equal(verdictOf(proofBy(holder, { iat: nowSeconds + 10 }), { now: verified.expiresAt }), 'too-old');
});

test('beside an access token the proof must name that very token (RFC 9449 §4.3)', () => {
  assert.equal(verdictOf(proofBy(holder, { ath }), { accessToken }), 'accepted');
  assert.equal(verdictOf(proofBy(holder), { accessToken }), 'wrong-token');
  assert.equal(verdictOf(proofBy(holder, { ath }), { accessToken: `${accessToken}x` }), 'wrong-token');
  for (const other of [
    `${ath}=`,
    ath.toLowerCase(),
    Buffer.from(ath, 'base64url').toString('hex'),
    accessToken,
  ]) {
    assert.equal(verdictOf(proofBy(holder, { ath: other }), { accessToken }), 'wrong-token');
  }
});

test('a proof longer than any honest one is refused before anything is read', () => {
  assert.equal(verdictOf(proofBy(holder, { extra: 'x'.repeat(5000) })), 'too-long');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 8192 });
  const large: Holder = { algorithm: 'PS256', privateKey, jwk: publicKey.export({ format: 'jwk' }) };
  assert.equal(verdictOf(proofBy(large, { ath, nonce: 'n'.repeat(43) }), { accessToken }), 'accepted');
});

test('members said twice, broken JSON and broken text are refused under a good signature', () => {
  const { algorithm, privateKey } = holder;
  const raw = (text: string) => {
    const head = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: algorithm, jwk: holder.jwk }));
    return signedRaw(head, Buffer.from(text, 'latin1'), privateKey);
  };
  const good = JSON.stringify(proofClaims);
  assert.equal(verdictOf(raw(good)), 'accepted');
  const bad = [
    good.replace('{', '{"htm":"GET",'),
    `${good}x`,
    good.replace('POST', '\xff'),
    '',
    '[]',
    'null',
  ];
  for (const text of [...bad, good.replace('POST', '\\ud800')])
    assert.equal(verdictOf(raw(text)), 'bad-claims', text);
});

function signedRaw(head: Buffer, body: Buffer, key: Holder['privateKey']): string {
  const input = `${head.toString('base64url')}.${body.toString('base64url')}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
