import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { oneTimePassword, stepAt } from '../src/authenticators/totp/one-time-password.ts';

const folder = process.env.ARGUS_VECTORS;
const skip = folder === undefined ? 'ARGUS_VECTORS is not set: third-party vectors were NOT run' : false;

const digits = '1234567890';
const hotpCodes = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
];

// Erratum 2866: the secret is as long as the output of its hash.
const seeds = { SHA1: seedOf(20), SHA256: seedOf(32), SHA512: seedOf(64) } as const;
type Hash = keyof typeof seeds;
const totpCodes: readonly (readonly [seconds: number, codes: Readonly<Record<Hash, string>>])[] = [
  [59, { SHA1: '94287082', SHA256: '46119246', SHA512: '90693936' }],
  [1_111_111_109, { SHA1: '07081804', SHA256: '68084774', SHA512: '25091201' }],
  [1_111_111_111, { SHA1: '14050471', SHA256: '67062674', SHA512: '99943326' }],
  [1_234_567_890, { SHA1: '89005924', SHA256: '91819424', SHA512: '93441116' }],
  [2_000_000_000, { SHA1: '69279037', SHA256: '90698825', SHA512: '38618901' }],
  [20_000_000_000, { SHA1: '65353130', SHA256: '77737706', SHA512: '47863826' }],
];

test('the codes of RFC 4226 appendix D come out', () => {
  assert.deepEqual(
    hotpCodes.map((_, counter) => oneTimePassword(seeds.SHA1, counter)),
    hotpCodes,
  );
});

test('the codes of RFC 6238 appendix B come out, under each of the three hashes', () => {
  for (const [seconds, codes] of totpCodes) {
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      assert.equal(
        oneTimePassword(seeds[algorithm], stepAt(seconds * 1000), { algorithm, digits: 8 }),
        codes[algorithm],
        `${seconds} s, ${algorithm}`,
      );
    }
  }
});

test('a secret that lies in the middle of other memory gives its own codes', () => {
  const memory = Buffer.from(`xxxx${digits}${digits}xxxx`);
  assert.equal(oneTimePassword(memory.subarray(4, 24), 0), hotpCodes[0]);
});

test('the codes of the file of HOTP vectors come out', { skip }, () => {
  const file = read<{ secretAscii: string; values: { counter: number; otp: string }[] }>('rfc4226-hotp.json');
  assert.equal(file.values.length, 10);
  for (const { counter, otp } of file.values) {
    assert.equal(oneTimePassword(Buffer.from(file.secretAscii), counter), otp, `counter ${counter}`);
  }
});

test('the codes of the file of TOTP vectors come out', { skip }, () => {
  const file = read<{
    digits: number;
    values: { time: number; alg: string; secretAscii: string; otp: string }[];
  }>('rfc6238-totp.json');
  assert.equal(file.values.length, 18);
  for (const { time, alg, secretAscii, otp } of file.values) {
    const algorithm = hashOf(alg);
    assert.equal(
      oneTimePassword(Buffer.from(secretAscii), stepAt(time * 1000), { algorithm, digits: file.digits }),
      otp,
      `${time} s, ${alg}`,
    );
  }
});

function seedOf(length: number): Buffer {
  return Buffer.from(digits.repeat(7).slice(0, length));
}

function hashOf(alg: string): Hash {
  if (alg === 'sha1') return 'SHA1';
  return alg === 'sha256' ? 'SHA256' : 'SHA512';
}

function read<Shape>(name: string): Shape {
  // The cast is the reader's claim about a third party's file; a wrong claim fails the test that makes it.
  return JSON.parse(readFileSync(join(folder ?? '', 'otp', name), 'utf8')) as Shape;
}
