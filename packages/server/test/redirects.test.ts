import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import fc from 'fast-check';
import { safeReturn } from '../src/routes/return-to.ts';
import { openStage, ownOrigin, type Person, password, someone } from './stage.ts';

let server: TestServer;
let person: Person;
before(async () => {
  server = await openStage();
  person = await someone(server);
});
after(() => server[Symbol.asyncDispose]());

/** Where a browser ends up that follows this `Location` (WHATWG URL), which forgives more than a parser of RFC 3986. */
function originAfter(location: string): string {
  return new URL(location, `${ownOrigin}/sign-in`).origin;
}

const foreign: readonly string[] = [
  'https://evil.example',
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/ /evil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/a/b/../..//evil.example',
  '/%2e%2e//evil.example',
  '/.%2e//evil.example',
  '/%2E//evil.example',
  '/..\\\\evil.example',
  '/.\\/evil.example',
  '/;//evil.example/..//..//evil.example',
  'http:evil.example',
  'http:/evil.example',
  'https:\\\\evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'evil.example',
  '@evil.example',
  ':80@evil.example',
  '.evil.example',
  `${ownOrigin}@evil.example`,
  `${ownOrigin}.evil.example`,
  '/\0/evil.example',
  '/\u2028/evil.example',
  '／／evil.example',
  '/\u0000',
  '/a\r\nSet-Cookie: a=b',
  '/a%0d%0aSet-Cookie:%20a=b',
  '',
  '?',
  '#',
  '/'.repeat(2000),
  `/${'a'.repeat(1000)}`,
];

/** Both ways on which a person is sent on: with a session at once, and after the form. */
async function assertStaysHere(returnTo: string): Promise<void> {
  const query = new URLSearchParams({ returnTo });
  const at = await person.browser.fetch(`/sign-in?${query}`);
  assert.equal(at.status, 303);
  const browser = userAgent(server);
  const html = await (await browser.fetch(`/sign-in?${query}`)).text();
  const formToken = /name="formToken" value="([^"]+)"/.exec(html)?.[1] ?? assert.fail('no form token');
  const after = await browser.fetch('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ identifier: person.email, password, formToken, returnTo }).toString(),
  });
  assert.equal(after.status, 303);
  // Or the limit of sessions would end that of the other browser.
  await browser.call('endSession');
  for (const { headers } of [at, after]) {
    const location = headers.get('location') ?? '';
    assert.match(location, /^\/(?![/\\])/, returnTo);
    assert.equal(originAfter(location), ownOrigin, returnTo);
    assert.doesNotMatch(location, /[\r\n\0]/);
    assert.doesNotMatch(headers.get('set-cookie') ?? '', /(^|, )a=b/);
  }
}

describe('a sign-in leads back into this origin and nowhere else, though it was asked for', () => {
  for (const returnTo of foreign)
    test(JSON.stringify(returnTo).slice(0, 60), () => assertStaysHere(returnTo));
});

describe('a path of ours is where a sign-in leads:', () => {
  for (const path of [
    '/account',
    '/notes/?a=1&b=%2F%2Fx#top',
    '/a//b',
    '/ü',
    '/@evil.example',
    '/https://evil.example',
  ])
    test(path, async () => {
      const { headers } = await person.browser.fetch(`/sign-in?${new URLSearchParams({ returnTo: path })}`);
      assert.equal(headers.get('location'), new URL(path, ownOrigin).href.slice(ownOrigin.length));
    });
});

test('no text, whatever it is, leads out of this origin', () => {
  const parts = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    '@',
    ':',
    'evil.example',
    '?',
    '#',
    '\t',
    ' ',
    ';',
    'http:',
    'a',
  );
  const texts = fc.oneof(
    fc.array(parts, { maxLength: 8 }).map((all) => `/${all.join('')}`),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const location = safeReturn(text);
      assert.match(location, /^\/(?![/\\])/);
      assert.equal(originAfter(location), ownOrigin);
    }),
    { numRuns: 5000 },
  );
});

describe('the open-redirect corpus', () => {
  const file = join(process.env.ARGUS_VECTORS ?? '', 'oauth-negative/negative-inputs.json');
  const isThere = process.env.ARGUS_VECTORS !== undefined && existsSync(file);
  const skip = isThere ? false : 'ARGUS_VECTORS is not set: the open-redirect corpus was not read';
  test('leads nowhere but into this origin', { skip }, async () => {
    const corpus: { redirect_uri: { must_reject: string[] } } = JSON.parse(readFileSync(file, 'utf8'));
    const inputs = corpus.redirect_uri.must_reject;
    assert.ok(inputs.length > 15);
    for (const input of inputs) {
      const location = safeReturn(input);
      assert.equal(originAfter(location), ownOrigin, input);
      assert.match(location, /^\/(?![/\\])/, input);
      // As the path of another site it would be taken for one of ours, too.
      await assertStaysHere(input);
    }
  });
});

test('no other answer leads out: the front page, a page without a session, the forms', async () => {
  const nobody = userAgent(server);
  for (const path of ['/', '/account', '//evil.example', '/account?returnTo=//evil.example']) {
    const { status, headers } = await nobody.fetch(
      path.startsWith('//') ? `/sign-in?returnTo=${path}` : path,
    );
    if (status === 303) assert.equal(originAfter(headers.get('location') ?? ''), ownOrigin, path);
  }
});
