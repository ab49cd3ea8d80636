import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fakeClock } from '@argus/testing/clock';
import { cheapPasswords } from '@argus/testing/parts';
import { seededRandom } from '@argus/testing/random';
import { hashRawSync } from '@node-rs/argon2';
import { createPasswordHasher } from '../src/authenticators/password/hasher.ts';
import { hashRecoveryCode, newRecoveryCodes } from '../src/authenticators/recovery-code/recovery-codes.ts';

const open = (seed = 'recovery codes') => ({ random: seededRandom(seed), passwords: cheapPasswords });

describe('a set of recovery codes', () => {
  test('has ten different codes, written so that nobody mistakes a letter', async () => {
    const { codes, hashes } = await newRecoveryCodes(open());
    assert.equal(new Set(codes).size, 10);
    assert.equal(new Set(hashes.map((hash) => Buffer.from(hash).toString('hex'))).size, 10);
    for (const code of codes) assert.match(code, /^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/);
  });

  test('is another one each time, and so is its salt', async () => {
    const services = open();
    const [one, two] = [await newRecoveryCodes(services), await newRecoveryCodes(services)];
    assert.equal(new Set([...one.codes, ...two.codes]).size, 20);
    assert.notDeepEqual(one.salt, two.salt);
    assert.equal(one.salt.length, 16);
  });

  test('uses each of the 31 letters about as often as any other', async () => {
    const counts = new Map<string, number>();
    const services = open();
    for (let set = 0; set < 200; set += 1) {
      const { codes } = await newRecoveryCodes(services);
      for (const letter of codes.join('').replaceAll('-', '')) {
        counts.set(letter, (counts.get(letter) ?? 0) + 1);
      }
    }
    const expected = 20_000 / 31;
    const distance = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    assert.equal(counts.size, 31);
    // Chi squared with 30 degrees of freedom: 59.7 is passed by chance once in a thousand seeds.
    assert.ok(distance < 59.7, `chi squared is ${distance}`);
  });
});

describe('a typed recovery code', () => {
  test('is found in its set, however it is typed', async () => {
    const services = open();
    const { codes, salt, hashes } = await newRecoveryCodes(services);
    for (const [at, code] of codes.entries()) {
      const letters = code.replace('-', '');
      const ways = [
        code,
        letters,
        letters.toLowerCase(),
        ` ${[...letters].join(' ')}\n`,
        code.replace('-', ' – '),
      ];
      for (const typed of ways) {
        assert.deepEqual(await hashRecoveryCode(services, typed, { salt }), hashes[at], typed);
      }
    }
  });

  test('of another set is not found, even with the same letters', async () => {
    const services = open();
    const { codes, salt, hashes } = await newRecoveryCodes(services);
    const other = await hashRecoveryCode(services, codes[0] ?? '', { salt: Buffer.alloc(16) });
    const wrong = await hashRecoveryCode(services, '22222-22222', { salt });
    for (const hash of hashes) {
      assert.notDeepEqual(other, hash);
      assert.notDeepEqual(wrong, hash);
    }
  });

  test('that cannot be one costs no hash', async () => {
    const passwords = { ...cheapPasswords, hashRaw: () => assert.fail('a hash was made') };
    const others = ['', '22222-2222', '22222-222222', '0OIL1-22222', '22222_22222', '２２２２２２２２２２'];
    for (const typed of [...others, ' '.repeat(100_000)]) {
      assert.equal(await hashRecoveryCode({ passwords }, typed, { salt: Buffer.alloc(16) }), null);
    }
  });
});

test('a recovery code is kept by Argon2id with the parameters of passwords, in 32 bytes', async () => {
  const random = seededRandom('argon', fakeClock());
  await using passwords = await createPasswordHasher(random);
  const services = { random, passwords };
  const { codes, salt, hashes } = await newRecoveryCodes(services);
  const letters = (codes[3] ?? '').replace('-', '');
  const expected = hashRawSync(letters, {
    algorithm: 2,
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
    salt,
  });
  assert.equal(expected.length, 32);
  assert.deepEqual(Buffer.from(hashes[3] ?? []), expected);
  const again = await hashRecoveryCode(services, codes[3] ?? '', { salt, who: 'known' });
  assert.deepEqual(Buffer.from(again ?? []), expected);
});

test('making a set takes one hash at a time, so that others are served between', async () => {
  let running = 0;
  let most = 0;
  const passwords = {
    ...cheapPasswords,
    async hashRaw(text: string, salt: Uint8Array) {
      running += 1;
      most = Math.max(most, running);
      const hash = await cheapPasswords.hashRaw(text, salt);
      running -= 1;
      return hash;
    },
  };
  await newRecoveryCodes({ ...open(), passwords });
  assert.equal(most, 1);
});
