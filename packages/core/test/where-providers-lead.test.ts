import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { domainOf, isSafeUpstream } from '@argus/core';

describe('a provider leads Argus', () => {
  const [far, near] = [new URL('https://idp.example'), new URL('http://localhost:9000')];
  const may = (target: string, issuer: URL) => isSafeUpstream(new URL(target), issuer);

  test('anywhere over https', () => {
    assert.ok(may('https://keys.example/jwks', far));
    assert.ok(may('https://keys.example/jwks', near));
  });

  test('never to a private place over http, unless it is on this machine itself', () => {
    for (const target of [
      'http://localhost:5432',
      'http://127.0.0.1',
      'http://10.0.0.1',
      'http://idp.example',
    ])
      assert.equal(may(target, far), false, target);
    assert.ok(may('http://127.0.0.1:9000/jwks', near));
    assert.equal(may('http://10.0.0.1/', near), false);
    assert.equal(may('ftp://localhost/', near), false);
    assert.equal(may('http://localhost.idp.example/', near), false);
    assert.equal(may('https://user:secret@idp.example/', far), false);
  });
});

test('the domain of an address is what stands behind its last @, in one spelling', () => {
  assert.equal(domainOf('Ada@Example.ORG'), 'example.org');
  assert.equal(domainOf('ada@bücher.example'), 'xn--bcher-kva.example');
  for (const nothing of ['', 'ada', '@example.org', 'ada@', 'ada@a b']) assert.equal(domainOf(nothing), null);
});
