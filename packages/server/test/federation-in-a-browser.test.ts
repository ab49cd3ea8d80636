import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fakeClock, launchBrowser } from '@argus/testing';
import type { TestServer } from '@argus/testing/server';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { leavingAnswer } from '../src/federation/leaving-page.ts';
import { declare } from './federation-stage.ts';
import { type HostileProvider, honest, openHostileProvider } from './hostile-provider.ts';
import { issuerOf, openProvider } from './oauth-stage.ts';

let server: TestServer;
let idp: HostileProvider;
let front: HostileProvider;
let chromium: Browser;
before(async () => {
  server = await openProvider({ clock: fakeClock(Math.floor(Date.now() / 1000) * 1000) });
  idp = await openHostileProvider();
  front = await openHostileProvider();
  chromium = await launchBrowser();
  // As large providers do, it takes people to one host and from there to another.
  front.misdeed = {
    instead: {
      '/start': (request, response) =>
        response
          .writeHead(302, { location: `${idp.issuer}/authorize${request.url?.slice('/start'.length)}` })
          .end(),
    },
  };
  idp.misdeed = {
    claims: honest(server.clock.now()),
    metadata: { authorization_endpoint: `${front.issuer}/start` },
  };
  await declare(server, { id: 'corp', issuer: idp.issuer });
});
after(async () => {
  await chromium.close();
  await idp[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('a person in a browser', () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`signs in over several hosts, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
      const context = await chromium.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      await page.goto(`${issuerOf(server)}/sign-in`);
      await page.getByRole('button', { name: 'Sign in with Provider corp' }).click();
      await page.waitForURL(`${issuerOf(server)}/account`);
      assert.match((await page.textContent('main')) ?? '', /Connected providers/);
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  test('that does not go on by itself finds a link', async () => {
    const context = await chromium.newContext();
    const page = await context.newPage();
    const location = `${idp.issuer}/authorize?state=a&b="><script>`;
    const { html = '' } = leavingAnswer({ providerName: '<b>Corp</b>', location }, []);
    await page.setContent(html);
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    );
    assert.equal(await page.getByRole('link', { name: 'Continue' }).getAttribute('href'), location);
    assert.equal(await page.textContent('h1'), 'On to <b>Corp</b>');
    await context.close();
  });
});
