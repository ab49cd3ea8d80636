import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import { auditEvents } from '@argus/store';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

let server: TestServer;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
});
after(() => server[Symbol.asyncDispose]());

async function apply(user: Record<string, unknown>) {
  const key = (await readFile(server.operatorKeyFile, 'utf8')).trim();
  const headers = { authorization: `Bearer ${key}` };
  const { status, body } = await userAgent(server).call('adminApply', { body: { users: [user] }, headers });
  assert.equal(status, 200);
  return body;
}

async function told(type: 'user.link-issued' | 'user.name-changed' | 'user.roles-changed') {
  const { pool } = server.argus.services.store;
  return (await auditEvents(pool, 'default' as TenantId, { type, limit: 10 })).items.length;
}

test('a declared user gets a link once, a changed name and changed roles count, and the audit log is told of each', async () => {
  const before = await told('user.link-issued');
  const created = await apply({ email: 'ada@example.org', name: 'Ada', roles: ['editor'] });
  assert.match(created.changes[0].link, /\/link\?token=/);
  assert.equal(await told('user.link-issued'), before + 1);
  assert.deepEqual(await apply({ email: 'ada@example.org', name: 'Ada', roles: ['editor'] }), {
    changes: [],
    unchanged: 1,
  });
  assert.deepEqual(await apply({ email: 'ada@example.org', roles: ['editor'] }), {
    changes: [],
    unchanged: 1,
  });
  const changed = await apply({ email: 'ada@example.org', name: 'Ada Lovelace', roles: ['editor', 'admin'] });
  assert.deepEqual(changed.changes, [{ kind: 'change', what: 'user', name: 'ada@example.org' }]);
  assert.deepEqual([await told('user.name-changed'), await told('user.roles-changed')], [1, 1]);
});
