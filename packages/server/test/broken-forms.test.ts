import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { allRoutes, filledPath } from './routes.ts';
import { exactly, holdings, openStage, ownOrigin, someone } from './stage.ts';

// Every form of the server, so that a new one cannot be forgotten.
const paths = (await allRoutes())
  .filter(({ accepts }) => accepts === 'form')
  .map(({ path }) => filledPath(path, { provider: 'x' }));

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

describe('a form that is broken is refused, and changes nothing:', () => {
  const bodies: readonly [what: string, body: string | Buffer][] = [
    ['a field twice', 'identifier=a&identifier=b&password=c'],
    ['a broken percent sequence', 'identifier=%zz'],
    ['percent-encoded bytes that are no UTF-8', 'identifier=%ff%fe'],
    ['a percent-encoded lone surrogate', 'identifier=%ed%a0%80'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0x3d, 0xff])],
  ];
  for (const path of paths) {
    test(path, async () => {
      const before = await holdings(server);
      for (const [what, body] of bodies) {
        const headers = { origin: ownOrigin, 'content-type': 'application/x-www-form-urlencoded' };
        const { status, text } = await exactly(server, { method: 'POST', path, headers, body });
        assert.deepEqual([status, JSON.parse(text).code], [400, 'malformed_request'], what);
      }
      assert.deepEqual(await holdings(server), before);
    });
  }

  test('a NUL in every field of every form is no fault', async () => {
    const { browser } = await someone(server);
    const html = await (await browser.fetch('/account')).text();
    const formToken = /name="formToken" value="([^"]+)"/.exec(html)?.[1] ?? assert.fail('no form token');
    const names = [
      'identifier',
      'password',
      'email',
      'name',
      'token',
      'currentPassword',
      'newPassword',
      'returnTo',
    ];
    const fields = names.map((name) => [name, `a\0${'b'.repeat(20)}`]);
    const body = new URLSearchParams([...fields, ['formToken', formToken]]).toString();
    for (const path of ['/sign-in', '/sign-up', '/link', '/account/password', `/account/sessions/a%00/end`]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const { status } = await browser.fetch(path, { method: 'POST', headers, body });
      assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
    }
  });
});
