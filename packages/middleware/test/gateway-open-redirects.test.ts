import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { returnPath } from '../src/gateway/return-to.ts';

const place = { origin: 'https://app.example', basePath: '/auth' };

const foreign = [
  'https://evil.example',
  'HTTPS://evil.example/',
  'javascript:alert(1)',
  'data:text/html,x',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/ /evil.example',
  '/\u0000/evil.example',
  '/\u2028/evil.example',
  '/\ufeff/evil.example',
  '/%2f%2fevil.example',
  '/%2Fevil.example',
  '/%5cevil.example',
  '/%5C%5Cevil.example',
  '/%09/evil.example',
  '/%0d%0aset-cookie:x=1',
  '/.//evil.example',
  '/..//evil.example',
  '/./%2fevil.example',
  '/%2e//evil.example',
  '/a/../..//evil.example',
  '/x/..//evil.example',
  '@evil.example',
  'evil.example',
  '.evil.example',
  ':443/x',
  '?x=1',
  '#x',
  '',
  `/${'a'.repeat(2000)}`,
];

describe('nobody is led from the gateway to another host', () => {
  for (const text of foreign) {
    test(JSON.stringify(text.slice(0, 40)), () => assert.equal(returnPath(text, place), '/'));
  }

  test('nor round in a circle through its own paths', () => {
    for (const text of [
      '/auth',
      '/auth/sign-in?return_to=/',
      '/auth/callback?code=1',
      '/x/../auth/sign-in',
    ]) {
      assert.equal(returnPath(text, place), '/', text);
    }
    assert.equal(returnPath('/auth/step-up/done?window=x', place), '/auth/step-up/done?window=x');
    assert.equal(returnPath('/authors', place), '/authors');
  });

  test('but every page of the application can be come back to', () => {
    for (const text of [
      '/',
      '/a/b?c=d&e=%2F%2Fevil.example#f',
      '/search?q=https://elsewhere.example',
      '/caf%C3%A9',
    ]) {
      assert.equal(returnPath(text, place), text);
    }
    assert.equal(returnPath('/a/../b', place), '/b', 'as a browser reads it');
  });
});
