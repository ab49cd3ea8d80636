import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeClock } from '@argus/testing/clock';
import { seededRandom } from '@argus/testing/random';
import { hashRaw } from '@node-rs/argon2';

interface Vectors {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly tagLength: number;
  readonly passwordHex: string;
  readonly saltHex: string;
  readonly secretHex: string;
  readonly associatedDataHex: string;
  readonly tags: Readonly<Record<'argon2d' | 'argon2i' | 'argon2id', string>>;
}

const folder = process.env.ARGUS_VECTORS;
const kinds = { argon2d: 0, argon2i: 1, argon2id: 2 } as const;
const names = ['argon2d', 'argon2i', 'argon2id'] as const;

/**
 * What these tests cannot show: the vectors of RFC 9106 §5 use associated data, and `@node-rs/argon2`, which hashes
 * our passwords, takes none. So they are shown of Node's own Argon2, and the two are shown to agree on everything
 * that both can do, the secret included.
 */
test('Argon2 of Node gives the tags of RFC 9106 §5; the library of our passwords cannot be asked', {
  skip: folder === undefined && 'ARGUS_VECTORS is not set, so RFC 9106 §5 was not asked',
}, (context) => {
  const vectors = read();
  for (const name of names) {
    const tag = argon2Sync(name, {
      message: hex(vectors.passwordHex),
      nonce: hex(vectors.saltHex),
      secret: hex(vectors.secretHex),
      associatedData: hex(vectors.associatedDataHex),
      memory: vectors.memoryKiB,
      passes: vectors.passes,
      parallelism: vectors.parallelism,
      tagLength: vectors.tagLength,
    });
    assert.equal(tag.toString('hex'), vectors.tags[name], name);
  }
  context.diagnostic(
    'NOT SHOWN: @node-rs/argon2 takes no associated data, so it cannot make these tags itself',
  );
});

test('the library of our passwords agrees with Argon2 of Node wherever both can be asked', async () => {
  const random = seededRandom('argon2', fakeClock());
  for (let round = 0; round < 24; round += 1) {
    for (const name of names) {
      const lanes = 1 + (round % 4);
      const message = random.bytes(round * 5);
      const nonce = random.bytes(8 + round);
      const secret = random.bytes(round % 3 === 0 ? 0 : 8);
      const costs = { passes: 1 + (round % 3), memory: 8 * lanes + round };
      const ours = await hashRaw(message, {
        algorithm: kinds[name],
        salt: nonce,
        memoryCost: costs.memory,
        timeCost: costs.passes,
        parallelism: lanes,
        outputLen: 32,
        ...(secret.length > 0 ? { secret } : {}),
      });
      const theirs = argon2Sync(name, {
        message,
        nonce,
        secret,
        ...costs,
        parallelism: lanes,
        tagLength: 32,
      });
      assert.equal(ours.toString('hex'), theirs.toString('hex'), `${name}, round ${round}`);
    }
  }
});

function read(): Vectors {
  const path = join(folder ?? '', 'argon2/rfc9106-section5.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Vectors; // the shape of the file, see its SOURCE.txt
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
