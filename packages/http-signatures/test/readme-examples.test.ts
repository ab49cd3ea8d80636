import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestRejections, exchangeRejections, signatureRejections } from '../src/index.ts';
import { documentedBlocks, printedLines, promisedLines, readme } from './documented-code.ts';

describe('the README', () => {
  const blocks = documentedBlocks();

  test('has an example for each way of use', () => assert.equal(blocks.length, 5));

  for (const { heading, code } of blocks) {
    test(`"${heading}" runs as it stands and prints what it says`, async () => {
      assert.ok(promisedLines(code).length > 0);
      assert.deepEqual(await printedLines(code), promisedLines(code));
    });
  }

  test('explains every rejection and no other', () => {
    const explained = [...readme.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(explained, [...signatureRejections, ...digestRejections, ...exchangeRejections]);
  });
});
