import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { browserOf, issuerOf, openProvider, registerClient, secretOfClients, travel } from './oauth-stage.ts';
import { signIn } from './openid-connect-example.ts';
import { password } from './stage.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/openid-connect.md'), 'utf8');

test('the code of the guide is the code that runs here', () => {
  const example = readFileSync(join(import.meta.dirname, 'openid-connect-example.ts'), 'utf8');
  assert.ok(guide.includes(`\`\`\`ts\n${example}\`\`\``));
});

test('and it signs a person in', async () => {
  await using server = await openProvider({ parts: { clock: { now: () => Date.now() } } });
  await registerClient(server, 'notes-web', {
    redirectUris: ['https://notes.example/callback'],
    scopes: ['openid', 'profile', 'email', 'notes.read'],
  });
  const browser = browserOf(server);
  await browser.call('signUp', { body: { email: 'ada@example.org', password, name: 'Ada' } });
  const person = await signIn(new URL(issuerOf(server)), secretOfClients, async (url) => {
    const arrived = await travel(browser, url, { email: 'ada@example.org' });
    assert.ok(arrived.url, arrived.page);
    return arrived.url;
  });
  assert.deepEqual([person?.name, person?.email], ['Ada', 'ada@example.org']);
});
