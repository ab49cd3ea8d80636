import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalName } from '@argus/core';
import fc from 'fast-check';

describe('a name is kept', () => {
  const cases: readonly [what: string, written: string | undefined, kept: string | null][] = [
    ['as it was written', 'Ada Lovelace', 'Ada Lovelace'],
    ['without space around it', '  Ada\t', 'Ada'],
    ['composed', 'Jose\u0301', 'José'],
    ['without control characters', 'A\0d\u001ba\nL', 'A d a L'],
    ['without turning what follows', 'Ada\u202egro.live', 'Ada gro.live'],
    ['with its marks and joiners', "Zoë-Ann O'Neil 👩‍🚀", "Zoë-Ann O'Neil 👩‍🚀"],
    ['to a hundred letters', 'a'.repeat(101), 'a'.repeat(100)],
    ['to a hundred letters, none of them halved', `a${'🦚'.repeat(100)}`, `a${'🦚'.repeat(99)}`],
    ['without the space that a cut leaves', `${'a'.repeat(99)} b`, 'a'.repeat(99)],
    ['as none when there is none', undefined, null],
    ['as none when nothing of it can be seen', ' \0\u202e ', null],
  ];
  for (const [what, written, kept] of cases) test(what, () => assert.equal(canonicalName(written), kept));
});

test('whatever is written, what is kept is stable, whole, bounded and printable', () => {
  const expanding = fc.constantFrom('\u{1d15e}', '\u0958', 'a');
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.array(expanding, { maxLength: 120 }).map((letters) => letters.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const kept = canonicalName(text);
      if (kept === null) return;
      assert.ok(kept.isWellFormed() && [...kept].length <= 100);
      assert.equal(canonicalName(kept), kept);
      assert.doesNotMatch(kept, /^\s|\s$|[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
    { numRuns: 1000 },
  );
});
