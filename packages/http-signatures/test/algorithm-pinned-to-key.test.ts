import assert from 'node:assert/strict';
import { constants, createHmac, createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { signBase, verifyBase } from '../src/algorithms.ts';
import {
  signatureAlgorithms,
  signatureKeyOf,
  signMessage,
  thumbprint,
  verifySignature,
} from '../src/index.ts';
import { now, nowSeconds, publicHalf, rejectionOf, rfcEd25519, rfcSecret } from './fixtures.ts';
import { halves, pairs } from './foreign-keys.ts';

const base = Buffer.from('"@signature-params": ()');

describe('each algorithm', () => {
  for (const algorithm of signatureAlgorithms) {
    const { signing, verifying } = halves(algorithm);
    test(`${algorithm} verifies what it signed and nothing else`, () => {
      const signature = signBase(signing, base);
      assert.equal(verifyBase(verifying, base, signature), true);
      assert.equal(verifyBase(verifying, Buffer.from('"@signature-params": ();'), signature), false);
      for (const cut of [signature.subarray(1), signature.subarray(0, -1), Buffer.alloc(0)]) {
        assert.equal(verifyBase(verifying, base, cut), false);
      }
      assert.equal(verifyBase(verifying, base, Buffer.concat([signature, Buffer.alloc(1)])), false);
      assert.equal(verifyBase(verifying, base, Buffer.alloc(signature.length)), false);
    });

    test(`${algorithm} does not verify what another one signed`, () => {
      for (const other of signatureAlgorithms.filter((each) => each !== algorithm)) {
        assert.equal(verifyBase(verifying, base, signBase(halves(other).signing, base)), false, other);
      }
    });

    test(`${algorithm} takes no key of another kind`, () => {
      const fitting = signatureAlgorithms.filter(
        (each) => pairs[each].publicKey === pairs[algorithm].publicKey,
      );
      for (const other of signatureAlgorithms.filter((each) => !fitting.includes(each))) {
        assert.throws(() => signatureKeyOf(pairs[other].privateKey, { algorithm, keyid: 'x' }), {
          name: 'SignaturesFault',
        });
      }
    });
  }

  test('rsa-pss-sha512 has a salt of 64 bytes, no other', () => {
    const { verifying } = halves('rsa-pss-sha512');
    const key = pairs['rsa-pss-sha512'].privateKey;
    const salted = (saltLength: number) =>
      sign('sha512', base, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
    assert.equal(verifyBase(verifying, base, salted(64)), true);
    for (const length of [0, 20, 32, 63, 65, 190])
      assert.equal(verifyBase(verifying, base, salted(length)), false);
  });

  test('ecdsa signatures are r and s side by side, not DER', () => {
    for (const algorithm of ['ecdsa-p256-sha256', 'ecdsa-p384-sha384'] as const) {
      const hash = algorithm === 'ecdsa-p256-sha256' ? 'sha256' : 'sha384';
      const der = sign(hash, base, pairs[algorithm].privateKey);
      assert.equal(verifyBase(halves(algorithm).verifying, base, der), false);
    }
  });
});

describe('a key is refused', () => {
  test('if it is RSA of less than 2048 bits, even where somebody made it by hand', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    for (const algorithm of ['rsa-pss-sha512', 'rsa-v1_5-sha256'] as const) {
      assert.throws(() => signatureKeyOf(publicKey, { algorithm }), { name: 'SignaturesFault' });
      const key = { keyid: 'small', algorithm, key: publicKey };
      const signature = sign('sha256', base, privateKey);
      assert.equal(verifyBase(key, base, signature), false);
      assert.throws(() => signBase({ ...key, key: privateKey }, base), { name: 'SignaturesFault' });
      const fields = [
        ['signature-input', `a=();created=${nowSeconds};keyid="small"`],
        ['signature', `a=:${signature.toString('base64')}:`],
      ] as const;
      const policy = { select: { label: 'a' }, components: [] };
      const message = { kind: 'response', status: 200, fields } as const;
      assert.equal(
        await rejectionOf(verifySignature(message, policy, { findKey: () => key, now })),
        'unfit-key',
      );
    }
  });

  test('if its exponent is small', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    assert.throws(() => signatureKeyOf(publicKey, { algorithm: 'rsa-pss-sha512' }), {
      name: 'SignaturesFault',
    });
  });

  test('if it is RSA-PSS for another hash', () => {
    const options = {
      modulusLength: 2048,
      hashAlgorithm: 'sha256',
      mgf1HashAlgorithm: 'sha256',
    };
    const { publicKey } = generateKeyPairSync('rsa-pss', options);
    assert.throws(() => signatureKeyOf(publicKey, { algorithm: 'rsa-pss-sha512' }), {
      name: 'SignaturesFault',
    });
  });

  test('if it is RSA-PSS and shall sign with PKCS #1 v1.5', () => {
    const { publicKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    assert.ok(signatureKeyOf(publicKey, { algorithm: 'rsa-pss-sha512', keyid: 'x' }));
    // A JWK cannot say that it is for PSS alone, so such a key has no thumbprint and must be named.
    assert.throws(() => signatureKeyOf(publicKey, { algorithm: 'rsa-pss-sha512' }), {
      name: 'SignaturesFault',
    });
    assert.throws(() => signatureKeyOf(publicKey, { algorithm: 'rsa-v1_5-sha256', keyid: 'x' }), {
      name: 'SignaturesFault',
    });
  });

  test('if it is a secret of less than 32 bytes', () => {
    const spec = { algorithm: 'hmac-sha256', keyid: 'x' } as const;
    assert.throws(() => signatureKeyOf(createSecretKey(Buffer.alloc(31)), spec), { name: 'SignaturesFault' });
    assert.ok(signatureKeyOf(createSecretKey(Buffer.alloc(32)), spec));
  });

  test('if it should sign and is public', () => {
    const key = signatureKeyOf(publicHalf(rfcEd25519), { algorithm: 'ed25519' });
    const message = { kind: 'response', status: 200, fields: [] } as const;
    assert.throws(() => signMessage(message, { label: 'a', components: [], key }), {
      name: 'SignaturesFault',
    });
  });

  test('if its text is no key, without repeating it', () => {
    for (const jwk of [
      {},
      { kty: 'OKP' },
      { ...rfcEd25519, d: '!' },
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
    ]) {
      assert.throws(() => signatureKeyOf(jwk, { algorithm: 'ed25519' }), {
        name: 'SignaturesFault',
        message: /^(not a key|the key does not fit ed25519)$/,
      });
    }
  });

  test('if its name could not be written', () => {
    for (const keyid of ['', 'é', 'a\n', 'a'.repeat(257)]) {
      assert.throws(() => signatureKeyOf(rfcEd25519, { algorithm: 'ed25519', keyid }), {
        name: 'SignaturesFault',
      });
    }
  });
});

describe('a public key as a shared secret', () => {
  test('is no way to forge: the key says how it signs', async () => {
    const pem = pairs['rsa-v1_5-sha256'].publicKey.export({ type: 'spki', format: 'pem' });
    const input = `();created=${nowSeconds};keyid="rsa"`;
    const mac = createHmac('sha256', pem).update(`"@signature-params": ${input}`).digest('base64');
    const fields = [
      ['signature-input', `a=${input}`],
      ['signature', `a=:${mac}:`],
    ] as const;
    const key = signatureKeyOf(pairs['rsa-v1_5-sha256'].publicKey, {
      algorithm: 'rsa-v1_5-sha256',
      keyid: 'rsa',
    });
    const policy = { select: { label: 'a' }, components: [] };
    const verdict = verifySignature({ kind: 'response', status: 200, fields }, policy, {
      findKey: () => key,
      now,
    });
    assert.equal(await rejectionOf(verdict), 'bad-signature');
  });
});

describe('the name of a key', () => {
  test('is its thumbprint (RFC 7638, RFC 8037 appendix A.3)', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    const jwk = { kty: 'OKP', crv: 'Ed25519', x };
    assert.equal(thumbprint(jwk), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
    assert.equal(signatureKeyOf(jwk, { algorithm: 'ed25519' }).keyid, thumbprint(jwk));
  });

  test('is the same for both halves, whatever else stands beside', () => {
    const shown = signatureKeyOf({ ...publicHalf(rfcEd25519), use: 'sig' }, { algorithm: 'ed25519' });
    assert.equal(signatureKeyOf(rfcEd25519, { algorithm: 'ed25519' }).keyid, shown.keyid);
  });

  test('must be given for a shared secret, or its hash would travel', () => {
    assert.throws(() => signatureKeyOf(rfcSecret, { algorithm: 'hmac-sha256' }), { name: 'SignaturesFault' });
    for (const jwk of [rfcSecret, { kty: 'OKP', crv: 'Ed25519' }, {}]) {
      assert.throws(() => thumbprint(jwk), { name: 'SignaturesFault' });
    }
  });
});
