import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainOf } from '@argus/core';

test('the domain of an address is what stands behind its last @, in one spelling', () => {
  assert.equal(domainOf('Ada@Example.ORG'), 'example.org');
  assert.equal(domainOf('ada@bücher.example'), 'xn--bcher-kva.example');
  for (const nothing of ['', 'ada', '@example.org', 'ada@', 'ada@a b']) assert.equal(domainOf(nothing), null);
});
