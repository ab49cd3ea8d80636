import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { hiddenFields, ledTo, post } from './oauth-stage.ts';
import { openStage, password, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

const end = '/step-up/done?window=a1';

test('a step-up in a window of its own ends at a page that says so and runs one script of ours', async () => {
  const { browser } = await someone(server);
  const page = await (await browser.fetch(`/step-up?returnTo=${encodeURIComponent(end)}`)).text();
  assert.match(page, /src="\/assets\/window\.js"/);
  assert.doesNotMatch(page, /href="\/account"/, 'an account page has no place in a small window');
  const answer = await post(browser, '/step-up', { ...hiddenFields(page), password });
  assert.deepEqual([answer.status, ledTo(answer)], [303, end]);
  const done = await browser.fetch(end);
  assert.match(done.headers.get('content-security-policy') ?? '', /script-src 'self'$/);
  const text = await done.text();
  assert.match(text, /You can close this window/);
  assert.doesNotMatch(text, /a1/, 'nothing of the address is on the page');
});

test('a step-up elsewhere has no such script', async () => {
  const { browser } = await someone(server);
  for (const returnTo of ['/account', '//evil.example/step-up/done', '/step-up/done/../../account']) {
    const page = await (await browser.fetch(`/step-up?returnTo=${encodeURIComponent(returnTo)}`)).text();
    assert.doesNotMatch(page, /window\.js/, returnTo);
  }
});
