import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { policyDocumentSchema, policyPreviewSchema } from '@argus/contract';
import { policyMistakes } from '@argus/core';
import { parse } from 'yaml';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/policy-changes.md'), 'utf8');

test('the policy of the guide to changes is one', () => {
  const text = /```yaml\n(.*?)\n```/s.exec(guide)?.[1] ?? assert.fail('no policy');
  assert.deepEqual(policyMistakes(policyDocumentSchema.parse(parse(text))), []);
});

test('the guide explains every member of a preview but its warnings', () => {
  const told = [...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const members = Object.keys(policyPreviewSchema.shape).filter((name) => name !== 'warnings');
  assert.deepEqual(new Set(told), new Set(members));
  assert.equal(told.length, members.length);
});
