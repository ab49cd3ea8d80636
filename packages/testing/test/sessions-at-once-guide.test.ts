import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { defaultTenant, type PolicyDocument, policyDocumentSchema } from '@argus/contract';
import { policyMistakes, policyResolver } from '@argus/core';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { parse } from 'yaml';

const guide = await readFile(new URL('../../../docs/sessions-at-once.md', import.meta.url), 'utf8');
const password = 'correct horse battery staple';
type Post = (path: string, body: object) => Promise<{ readonly state: string }>;

let server: TestServer;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
});
after(() => server[Symbol.asyncDispose]());

function codeIn(language: string): string {
  return (
    new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 's').exec(guide)?.[1] ?? assert.fail(`no ${language}`)
  );
}

async function setPolicy(document: PolicyDocument): Promise<void> {
  const { store, policies, clock } = server.argus.services;
  const { version: expected } = await policies.of(defaultTenant);
  const { feed } = policyResolver(document).resolve({});
  const change = { kind: 'set-policy', author: 'a test', note: null, restoredFrom: null } as const;
  const changes = [{ ...change, expected, document, feed, at: clock.now() }];
  assert.ok((await store.commit({ tenant: defaultTenant, changes, events: [] })).isCommitted);
  policies.forget();
}

const postBy =
  (browser: UserAgent): Post =>
  async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await browser.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as { readonly state: string };
  };

test('the policy of the guide is one, and says what the guide says', () => {
  const document = policyDocumentSchema.parse(parse(codeIn('yaml')));
  assert.deepEqual(policyMistakes(document), []);
  const policy = policyResolver(document);
  const { concurrent } = policy.resolve({}).session;
  assert.deepEqual(
    [concurrent.max, concurrent.perDeviceClass.mobile, concurrent.onLimit],
    [5, 2, 'least-recently-active'],
  );
  const accountant = policy.resolve({ roles: ['accountant'] }).session.concurrent;
  assert.deepEqual([accountant.max, accountant.onLimit], [1, 'deny']);
});

test('the code of the guide signs in where there is no room, by as many choices as it takes', async () => {
  const code = `data:text/javascript,${encodeURIComponent(codeIn('js'))}`;
  const { signIn } = (await import(code)) as {
    signIn(post: Post, identifier: string, password: string): Promise<{ readonly state: string }>;
  };
  const email = 'ada@example.org';
  await userAgent(server).call('signUp', { body: { email, password } });
  for (let count = 0; count < 3; count += 1) {
    server.clock.advance(60_000);
    await signIn(postBy(userAgent(server)), email, password);
  }
  await setPolicy(policyDocumentSchema.parse({ session: { concurrent: { max: 2, onLimit: 'ask' } } }));
  const browser = userAgent(server);
  const answer = await signIn(postBy(browser), email, password);
  assert.equal(answer.state, 'signed-in');
  assert.equal((await browser.call('listSessions')).body.sessions.length, 2);
});
