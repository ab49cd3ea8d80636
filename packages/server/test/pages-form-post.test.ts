import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { pagePolicy } from '../src/http/security-headers.ts';
import { formPostPage } from '../src/pages/form-post.ts';
import { openPages } from './pages-stage.ts';

const action = 'http://client.localhost/cb?from=argus';
const fields = {
  code: '"><script>alert(1)</script>',
  state: "' onfocus=alert(1) &amp; ü",
  iss: 'https://argus.example',
};
const { html, scriptHash } = formPostPage({ action, fields });
const served = pagePolicy({ formAction: ['http://client.localhost'], scriptHash });

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

test('the response reaches the client by itself, each value exactly as it was given', async () => {
  await using opened = await openPages(browser, { pages: { html }, policy: served });
  const sent = await opened.sent('/cb', () => opened.show('html'));
  assert.deepEqual(Object.fromEntries(sent), fields);
  assert.deepEqual([...sent.keys()], Object.keys(fields));
});

test('without JavaScript one press of a button sends the same', async () => {
  await using opened = await openPages(
    browser,
    { pages: { html }, policy: served },
    { javaScriptEnabled: false },
  );
  await opened.show('html');
  const sent = await opened.sent('/cb', () => opened.page.getByRole('button', { name: 'Go on' }).click());
  assert.deepEqual(Object.fromEntries(sent), fields);
});

test('axe finds nothing on what is shown without JavaScript', async () => {
  // Axe itself is a script: so the page is shown as such a browser shows it, under a policy that stops the page's own.
  const bare = html.replaceAll(/<\/?noscript>/g, '');
  await using opened = await openPages(browser, { pages: { bare } });
  await opened.show('bare');
  const { violations, passes } = await new AxeBuilder({ page: opened.page }).setLegacyMode(true).analyze();
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
  );
  assert.ok(passes.some(({ id }) => id === 'button-name'));
});

test('a policy that does not name the script keeps it from running', async () => {
  const policy = pagePolicy({ formAction: ['http://client.localhost'] });
  await using opened = await openPages(browser, { pages: { html }, policy });
  const complaint = opened.page.waitForEvent('console');
  await opened.show('html');
  assert.match((await complaint).text(), /Content Security Policy/);
  assert.match(opened.page.url(), /\/page\/html$/);
});

test('the page holds one script, and the hash is that of its text', () => {
  const [, script = ''] = /<script>([^<]*)<\/script>/.exec(html) ?? [];
  assert.equal(html.split('<script').length, 2);
  assert.equal(scriptHash, `sha256-${createHash('sha256').update(script).digest('base64')}`);
});

test('a response is never posted to an address that would run script', () => {
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'blob:https://a.example/x', '/cb', '']) {
    assert.throws(() => formPostPage({ action: bad, fields }), TypeError, bad);
  }
  assert.match(
    formPostPage({ action: 'com.example.app:/cb', fields }).html,
    /action="com\.example\.app:\/cb"/,
  );
});
