import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { registerClient } from './oauth-stage.ts';
import { exactly, openStage } from './stage.ts';
import { newTenant } from './tenant-stage.ts';

const [shared, one, two] = ['localhost', 'login.one.example', 'login.two.example'];
const pageOf = (tenant: string) => `https://app.of-${tenant}.example`;

let server: TestServer;
before(async () => {
  server = await openStage();
  await newTenant(server, 'one', { hosts: [one] });
  await newTenant(server, 'two', { hosts: [two] });
  await newTenant(server, 'homeless');
  for (const id of ['default', 'one', 'two', 'homeless'])
    await registerClient(server, `app-of-${id}`, {
      tenant: id as TenantId, // it was just made
      type: 'public',
      origins: [pageOf(id)],
    });
});
after(() => server[Symbol.asyncDispose]());

/** The origin that may read what a host answers, by a request and by its preflight. */
async function allowed(host: string, origin: string): Promise<string | undefined> {
  const headers = { host: `${host}:8100`, origin };
  const asked = await exactly(server, { method: 'OPTIONS', path: '/oauth/token', headers });
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  const answered = await exactly(server, {
    method: 'POST',
    path: '/oauth/token',
    headers: form,
    body: 'a=b',
  });
  for (const each of [asked, answered]) assert.match(String(each.headers.vary), /Origin/);
  const [before, then] = [asked, answered].map((each) => each.headers['access-control-allow-origin']);
  assert.equal(before, then);
  return before;
}

const rows: readonly (readonly [host: string, mine: readonly string[]])[] = [
  [shared, ['default', 'homeless']],
  [one, ['one']],
  [two, ['two']],
];

describe('pages of other origins may call', () => {
  for (const [host, mine] of rows)
    test(`${host} from where its own tenants’ clients are, and from nowhere else`, async () => {
      for (const id of ['default', 'one', 'two', 'homeless'])
        assert.equal(await allowed(host, pageOf(id)), mine.includes(id) ? pageOf(id) : undefined, id);
    });
});
