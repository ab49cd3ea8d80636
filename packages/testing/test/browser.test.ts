import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../src/browser.ts';

describe('the browser of the tests', () => {
  let browser: Browser;
  let server: Server;
  let port: number;

  before(async () => {
    browser = await launchBrowser();
    server = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      if (request.url === '/set') {
        response.setHeader('set-cookie', '__Host-probe=kept; Secure; HttpOnly; Path=/; SameSite=Lax');
      }
      response.end(`<!doctype html><title>probe</title><p id=said></p><i>${request.headers.cookie ?? 'none'}</i>
        <script>document.getElementById('said').textContent = 'rendered ' + (1 + 1)</script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    port = address.port;
  });

  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });

  test('a loopback page is rendered and its script runs', async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    assert.equal(await page.textContent('#said'), 'rendered 2');
    await page.close();
  });

  for (const host of ['localhost', 'a.localhost']) {
    test(`a __Host- cookie is kept over plain http on ${host}`, async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`http://${host}:${port}/set`);
      await page.goto(`http://${host}:${port}/`);
      assert.equal(await page.textContent('i'), '__Host-probe=kept');
      await context.close();
    });
  }

  test('two contexts are two people', async () => {
    const [first, second] = [await browser.newContext(), await browser.newContext()];
    await (await first.newPage()).goto(`http://localhost:${port}/set`);
    const page = await second.newPage();
    await page.goto(`http://localhost:${port}/`);
    assert.equal(await page.textContent('i'), 'none');
    await first.close();
    await second.close();
  });
});
