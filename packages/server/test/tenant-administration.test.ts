import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endTenants } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { type Reply, type UserAgent, userAgent } from '@argus/testing/user-agent';
import type { EndpointName } from './routes.ts';
import { administrator, holdings, openStage, password, someone, withKey } from './stage.ts';

let server: TestServer;
let call: (name: EndpointName, id: string, body?: object) => Promise<Reply>;
before(async () => {
  server = await openStage();
  const headers = await withKey(server);
  const operator = userAgent(server);
  call = (name, id, body) =>
    operator.call(name, { headers, params: { id }, ...(body === undefined ? {} : { body }) });
});
after(() => server[Symbol.asyncDispose]());

let tenants = 0;
async function newTenant(settings: object = {}): Promise<string> {
  tenants += 1;
  const id = `tenant-${tenants}`;
  const { status } = await call('adminCreateTenant', id, { id, ...settings });
  assert.equal(status, 201);
  return id;
}

async function settle(): Promise<void> {
  server.clock.advance(5_000);
  await endTenants(server.argus.services);
}

async function lines(tenant: string, type: string) {
  const headers = await withKey(server);
  const query = { tenant, type, limit: '100' };
  return (await userAgent(server).call('adminListAuditEvents', { headers, query })).body.events;
}

describe('the operator', () => {
  test('creates a tenant with all that is set of it, and its own log tells so', async () => {
    const settings = {
      name: 'One',
      hosts: ['login.one.example', 'sso.one.example'],
      domains: ['one.example'],
      plan: 'professional',
      addOns: ['multi-device-management'],
    };
    const id = await newTenant(settings);
    const { body } = await call('adminShowTenant', id);
    const { createdAt: _, ...shown } = body;
    const states = { status: 'active', suspendedAt: null, settledAt: null };
    assert.deepEqual(shown, { id, ...settings, ...states });
    const [line] = await lines(id, 'tenant.created');
    assert.deepEqual(
      [line.actor, line.reason, line.details.settings],
      ['operator', 'administration', settings],
    );
  });

  test('is told at its place which name another tenant has, and nothing is written', async () => {
    const id = await newTenant({ hosts: ['taken.example'], domains: ['taken.example'] });
    const other = await newTenant();
    const before = await holdings(server);
    const wanted = { hosts: ['free.example', 'taken.example'], domains: ['taken.example'] };
    const answers = [
      await call('adminCreateTenant', 'third', { id: 'third', ...wanted }),
      await call('adminChangeTenant', other, wanted),
    ];
    for (const { status, body } of answers) {
      assert.deepEqual([status, body.code], [409, 'conflict']);
      assert.deepEqual(
        body.errors.map(({ path }: { path: string }) => path),
        ['body.hosts.1', 'body.domains.0'],
      );
      assert.match(body.errors[0].message, new RegExp(id));
    }
    const again = await call('adminCreateTenant', id, { id });
    assert.deepEqual([again.status, again.body.errors[0].path], [409, 'body.id']);
    assert.deepEqual(await holdings(server), before);
  });

  test('changes what is given and nothing else; what is there already writes nothing', async () => {
    const id = await newTenant({ name: 'One', hosts: ['a.change.example'] });
    const { body } = await call('adminChangeTenant', id, {
      plan: 'professional',
      hosts: ['b.change.example'],
    });
    assert.deepEqual([body.name, body.hosts, body.plan], ['One', ['b.change.example'], 'professional']);
    const [changed] = await lines(id, 'tenant.changed');
    assert.deepEqual(changed.details, { fields: ['hosts'], to: { hosts: ['b.change.example'] } });
    const [plan] = await lines(id, 'tenant.plan-changed');
    assert.deepEqual(plan.details, {
      from: { plan: 'enterprise', addOns: [] },
      to: { plan: 'professional', addOns: [] },
    });
    const before = await holdings(server);
    assert.equal((await call('adminChangeTenant', id, { plan: 'professional', name: 'One' })).status, 200);
    assert.deepEqual(await holdings(server), before);
  });

  test('sees all tenants by id, in pages, by state', async () => {
    const headers = await withKey(server);
    const list = async (query: Record<string, string>) =>
      (await userAgent(server).call('adminListTenants', { headers, query })).body;
    const suspended = await newTenant();
    await call('adminSuspendTenant', suspended);
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list({ limit: '2', ...(cursor ? { cursor } : {}) });
      ids.push(...page.tenants.map(({ id }: { id: string }) => id));
      cursor = page.nextCursor;
    }
    assert.deepEqual(ids, ids.toSorted());
    assert.ok(ids.includes('default') && ids.includes(suspended) && new Set(ids).size === ids.length);
    const { tenants: those } = await list({ status: 'suspended' });
    assert.deepEqual(
      those.map(({ id }: { id: string }) => id),
      [suspended],
    );
  });

  test('suspends, resumes and erases a tenant, each only when it is its turn', async () => {
    const id = await newTenant({ hosts: ['leaving.example'] });
    const status = async (name: EndpointName, body?: object) => (await call(name, id, body)).status;
    assert.equal(await status('adminResumeTenant'), 409);
    assert.equal(await status('adminEraseTenant', { confirm: id }), 409);
    assert.equal(await status('adminSuspendTenant'), 200);
    assert.equal(await status('adminSuspendTenant'), 409);
    assert.equal(await status('adminResumeTenant'), 409, 'something may still be on its way');
    await settle();
    assert.equal(await status('adminResumeTenant'), 200);
    assert.equal(await status('adminSuspendTenant'), 200);
    await settle();
    assert.equal(await status('adminEraseTenant', { confirm: 'default' }), 400);
    assert.equal(await status('adminEraseTenant', { confirm: id }), 202);
    assert.equal(await status('adminResumeTenant'), 409);
    await endTenants(server.argus.services);
    assert.equal(await status('adminShowTenant'), 404);
    const told = await lines('default', 'tenant.erasure-begun');
    assert.ok(
      told.some(({ details, actor }: Reply['body']) => details.tenant === id && actor === 'operator'),
    );
    const [last] = await lines('default', 'tenant.erased');
    assert.deepEqual(last.details, { tenant: id });
    const metrics = await server.argus.services.metrics.page();
    assert.match(metrics, /argus_tenants_ended_total\{outcome="erased"\} 1/);
    assert.equal((await call('adminCreateTenant', id, { id, hosts: ['leaving.example'] })).status, 201);
  });

  test('cannot erase the tenant of the installation', async () => {
    await call('adminSuspendTenant', 'default');
    await settle();
    assert.equal((await call('adminEraseTenant', 'default', { confirm: 'default' })).status, 400);
    assert.equal((await call('adminResumeTenant', 'default')).status, 200);
  });
});

describe('an administrator', () => {
  const ask = (browser: UserAgent, name: EndpointName, id: string, body?: object) =>
    browser.call(name, { params: { id }, ...(body === undefined ? {} : { body }) });

  test('sees the own tenant and names it', async () => {
    const { browser } = await administrator(server);
    assert.equal((await ask(browser, 'adminShowTenant', 'default')).body.id, 'default');
    const { status, body } = await ask(browser, 'adminChangeTenant', 'default', { name: 'Ours' });
    assert.deepEqual([status, body.name], [200, 'Ours']);
  });

  test('changes nothing else of it', async () => {
    const { browser } = await administrator(server);
    const before = await holdings(server, false);
    const beyond = [
      { hosts: ['ours.example'] },
      { domains: ['ours.example'] },
      { plan: 'professional' },
      { addOns: [] },
      { name: 'Ours too', hosts: [] },
    ];
    for (const each of beyond) {
      const { status, body } = await ask(browser, 'adminChangeTenant', 'default', each);
      assert.deepEqual(
        [status, body.code, body.permission],
        [403, 'denied', 'operate'],
        JSON.stringify(each),
      );
    }
    assert.deepEqual(await holdings(server, false), before);
  });

  test('learns nothing of another tenant, not even whether it is there', async () => {
    const { browser } = await administrator(server);
    const id = await newTenant();
    for (const each of [id, 'nowhere'])
      for (const [name, body] of [
        ['adminShowTenant', undefined],
        ['adminChangeTenant', { name: 'Mine' }],
      ] as const) {
        const answer = await ask(browser, name, each, body);
        assert.deepEqual([answer.status, answer.body.code], [403, 'denied']);
      }
  });

  test('of a role that only reads does not name it', async () => {
    const { browser, userId } = await someone(server);
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET roles = '{auditor}' WHERE id = $1", [userId]);
    assert.equal((await ask(browser, 'adminShowTenant', 'default')).status, 200);
    const { status, body } = await ask(browser, 'adminChangeTenant', 'default', { name: 'Mine' });
    assert.deepEqual([status, body.permission], [403, 'manage-tenant']);
  });
});

test('while the tenant is suspended its people are out, and afterwards they sign in anew', async () => {
  const { browser, email } = await someone(server);
  const signIn = () => userAgent(server).call('signIn', { body: { identifier: email, password } });
  await call('adminSuspendTenant', 'default');
  assert.equal((await browser.call('getSession')).body.code, 'session_ended');
  assert.equal((await browser.call('refreshSession')).status, 401);
  assert.equal((await signIn()).status, 401);
  await settle();
  await call('adminResumeTenant', 'default');
  assert.equal((await browser.call('getSession')).status, 401, 'what ended stays ended');
  assert.equal((await signIn()).status, 200);
});
