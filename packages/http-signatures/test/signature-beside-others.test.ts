import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Signing } from '../src/index.ts';
import { serverKey, withField } from './fixtures.ts';
import { outcome, signed } from './plain-signature.ts';

describe('a signature beside others', () => {
  test('leaves them as they are', async () => {
    const first = signed();
    const both = signed({ label: 'proxy', key: serverKey, components: ['"signature";key="sig"'] }, first);
    assert.equal(await outcome(both), 'accepted');
    assert.equal(
      await outcome(both, { select: { label: 'proxy' }, components: ['"signature";key="sig"'] }),
      'accepted',
    );
  });

  test('needs a label of its own, and neighbours that are well formed', () => {
    assert.throws(() => signed({}, signed()), { name: 'SignaturesFault' });
    assert.throws(() => signed({ label: 'b' }, withField(signed(), 'signature', '=')), {
      name: 'SignaturesFault',
    });
  });

  test('is not made with what cannot be written', () => {
    const bad: Partial<Signing>[] = [
      { label: 'Sig' },
      { label: '' },
      { tag: 'é' },
      { nonce: '\n' },
      { created: 1.5 },
      { created: -1 },
      { expires: Number.NaN },
      { expires: 1e15 },
      { components: ['@method', '@method'] },
      { components: ['x-absent'] },
    ];
    for (const more of bad) {
      assert.throws(() => signed(more), { name: 'SignaturesFault' }, JSON.stringify(more));
    }
  });
});
