import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { type Endpoint, endpoints } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { chrome, userAgent } from '@argus/testing/user-agent';
import { assertConforms } from './conforms.ts';
import { tokenTo } from './invitation-stage.ts';
import {
  declareSamples,
  type EndpointName,
  plainNames,
  refusedSamples,
  sampleOf,
  withQuery,
} from './routes.ts';
import {
  administrator,
  cookieHeader,
  type Exactly,
  exactly,
  holdings,
  openStage,
  operatorKey,
  ownOrigin,
  type Person,
  password,
  someone,
  withKey,
} from './stage.ts';

let server: TestServer;
let target: Person;
before(async () => {
  server = await openStage();
  target = await someone(server);
  const headers = await withKey(server);
  await userAgent(server).call('adminApply', { headers, body: { tenants: [{ id: 'other' }] } });
});
after(() => server[Symbol.asyncDispose]());

const operated = plainNames.filter((name) => endpoints[name].caller === 'operator');
/** They concern the whole installation, so that no tenant's administrator may. */
const ofTheInstallation: readonly EndpointName[] = [
  'adminListKeys',
  'adminRotateKeys',
  'adminApply',
  'adminExportConfiguration',
  'adminExportUsersWithSecrets',
  'adminListTenants',
  'adminCreateTenant',
  'adminSuspendTenant',
  'adminResumeTenant',
  'adminEraseTenant',
];
const ofATenant = operated.filter((name) => !ofTheInstallation.includes(name));
/** Their path names the tenant, and no query does. */
const ofTheTenantItself: readonly EndpointName[] = ['adminShowTenant', 'adminChangeTenant'];

type Headers = Readonly<Record<string, string>>;

function send(
  name: EndpointName,
  headers: Headers,
  to: Pick<TestServer, 'url'> & { query?: string } = server,
): Promise<Exactly> {
  const { method, path, body, headers: own } = sampleOf(name, { person: target, target });
  return exactly(to, {
    method,
    path: withQuery(path, to.query ?? ''),
    headers: { 'user-agent': chrome, 'content-type': 'application/json', ...own, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function asBrowser({ browser }: Person): Headers {
  return { cookie: cookieHeader(browser), origin: ownOrigin };
}

async function assertRefused(
  what: string,
  names: readonly EndpointName[],
  of: () => { headers: Headers; query?: string; status: number; code: string },
): Promise<void> {
  // The audit log hears of a person who asks for more than the roles carry.
  const isWithAudit = of().code !== 'denied';
  const before = await holdings(server, isWithAudit);
  for (const name of names) {
    const { headers, query, status, code } = of();
    const answer = await send(name, headers, { url: server.url, ...(query === undefined ? {} : { query }) });
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [status, code], `${name} ${what}`);
    assertConforms(name, answer);
  }
  assert.deepEqual(await holdings(server, isWithAudit), before, 'nothing may change');
}

describe('administration is closed to', () => {
  const nobody = { status: 401, code: 'operator_key_required' };

  test('nobody in particular', () =>
    assertRefused('by nobody', operated, () => ({ headers: {}, ...nobody })));

  test('wrong keys', async () => {
    const key = await operatorKey(server);
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${'a'.repeat(43)}`,
      `Bearer ${key.slice(0, -1)}`,
      `Bearer ${key}x`,
      `Bearer ${key} `,
      `bearer ${key}`,
      `Basic ${key}`,
      key,
      `Bearer ${key}, Bearer ${key}`,
      `Bearer ${key.toUpperCase()}`,
    ];
    for (const authorization of wrong.filter((each) => each !== `Bearer ${key} `))
      await assertRefused(authorization, operated, () => ({ headers: { authorization }, ...nobody }));
  });

  test('the key when a proxy stands between', async () => {
    const key = await withKey(server);
    for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      await assertRefused(header, operated, () => ({
        headers: { ...key, [header]: '127.0.0.1' },
        ...nobody,
      }));
  });

  test('the key under a name that was rebound to this machine', async () => {
    const key = await withKey(server);
    for (const host of ['evil.example', 'localhost.evil.example', '192.0.2.1'])
      await assertRefused(host, operated, () => ({ headers: { ...key, host }, ...nobody }));
  });

  test('a wrong key beside the cookies of an administrator', async () => {
    const admin = await administrator(server);
    const headers = { ...asBrowser(admin), authorization: `Bearer ${'a'.repeat(43)}` };
    await assertRefused('with a wrong key', operated, () => ({ headers, ...nobody }));
  });

  test('a person without the role', async () => {
    const person = await someone(server);
    await assertRefused('by anybody', ofATenant, () => ({
      headers: asBrowser(person),
      status: 403,
      code: 'denied',
    }));
  });

  test('an administrator of another tenant', async () => {
    const admin = await administrator(server);
    const query = '?tenant=other';
    const elsewhere = ofATenant.filter((name) => !ofTheTenantItself.includes(name));
    await assertRefused('elsewhere', elsewhere, () => ({
      headers: asBrowser(admin),
      query,
      status: 403,
      code: 'denied',
    }));
  });

  test('an administrator, where the whole installation is concerned', async () => {
    const admin = await administrator(server);
    await assertRefused('by an administrator', ofTheInstallation, () => ({
      headers: asBrowser(admin),
      ...nobody,
    }));
  });

  test('an administrator who was disabled or lost the role', async () => {
    const [one, two] = [await administrator(server), await administrator(server)];
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET status = 'disabled' WHERE id = $1", [one.userId]);
    await pool.query("UPDATE users SET roles = '{}' WHERE id = $1", [two.userId]);
    await assertRefused('disabled', ofATenant, () => ({ headers: asBrowser(one), ...nobody }));
    await assertRefused('no longer', ofATenant, () => ({
      headers: asBrowser(two),
      status: 403,
      code: 'denied',
    }));
  });

  test('an administrator whose page is another’s, where anything would change', async () => {
    const admin = await administrator(server);
    const changing = ofATenant.filter((name) => endpoints[name].method !== 'GET');
    const headers = { ...asBrowser(admin), origin: 'https://evil.example' };
    await assertRefused('cross-site', changing, () => ({ headers, status: 403, code: 'foreign_origin' }));
  });
});

test('the key opens everything from this machine, and nothing from another address of it', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each && !each.internal && each.family === 'IPv4');
  await using open = await openStage({ config: { host: '0.0.0.0' } });
  const key = await withKey(open);
  const port = new URL(open.url).port;
  assert.equal((await send('adminListUsers', key, { url: `http://127.0.0.1:${port}` })).status, 200);
  if (!outside) return;
  const from = { url: `http://${outside.address}:${port}` };
  for (const headers of [key, { ...key, host: 'localhost:8100' }])
    assert.equal((await send('adminListUsers', headers, from)).status, 401);
});

test('the key is a file of its owner alone', async () => {
  assert.equal((await stat(server.operatorKeyFile)).mode & 0o777, 0o600);
  assert.match(await operatorKey(server), /^[A-Za-z0-9_-]{43}$/);
});

test('the key opens every call of administration', async () => {
  const headers = await withKey(server);
  for (const name of operated) {
    const { success }: Endpoint = endpoints[name];
    await declareSamples(server, { person: target, target });
    const answer = await send(name, headers);
    // By then a recovery is under way that can be cancelled.
    const refusal = name === 'adminCancelRecovery' ? undefined : refusedSamples[name];
    assert.equal(answer.status, refusal ?? success.status, `${name}: ${answer.text}`);
    if (refusal === undefined) assertConforms(name, answer);
  }
  target = await someone(server);
});

describe('an administrator must have signed in within fifteen minutes:', () => {
  const quarter = 15 * 60_000;
  for (const [when, ageMs, expected] of [
    ['a millisecond within', quarter, 200],
    ['a millisecond too late', quarter + 1, 401],
  ] as const) {
    test(when, async () => {
      const admin = await administrator(server);
      for (let age = 0; age < ageMs; ) {
        const step = Math.min(240_000, ageMs - age);
        server.clock.advance(step);
        age += step;
        await admin.browser.call('refreshSession', { body: { idleSeconds: 0 } });
      }
      const answer = await send('adminListUsers', asBrowser(admin));
      assert.equal(answer.status, expected, answer.text);
      assertConforms('adminListUsers', answer);
      if (expected === 401) assert.equal(JSON.parse(answer.text).code, 'insufficient_user_authentication');
    });
  }
});

describe('an administrator', () => {
  test('invites a person, who alone chooses the password, once', async () => {
    const admin = await administrator(server);
    const { body } = await admin.browser.call('adminCreateUser', {
      body: { email: 'Guest@Example.org', roles: ['editor'] },
    });
    assert.deepEqual([body.user.email, body.link], ['guest@example.org', null]);
    const token = await tokenTo(server, 'guest@example.org');
    const guest = userAgent(server);
    assert.equal(
      (await guest.call('signIn', { body: { identifier: 'guest@example.org', password } })).status,
      401,
    );
    const used = await guest.call('useLink', { body: { token, password } });
    assert.deepEqual([used.status, used.body.user.roles], [200, ['editor']]);
    assert.equal(
      (await userAgent(server).call('useLink', { body: { token, password: `${password}!` } })).status,
      410,
    );
    assert.equal(
      (await userAgent(server).call('signIn', { body: { identifier: 'guest@example.org', password } }))
        .status,
      200,
    );
  });

  test('is told that an address is taken', async () => {
    const admin = await administrator(server);
    const { status, body } = await admin.browser.call('adminCreateUser', {
      body: { email: target.email.toUpperCase() },
    });
    assert.deepEqual([status, body.code], [409, 'conflict']);
  });

  test('disables a person: every session is dead at once, and no password helps until it is undone', async () => {
    const admin = await administrator(server);
    const person = await someone(server);
    const set = (status: string) =>
      admin.browser.call('adminChangeUser', { params: { id: person.userId }, body: { status } });
    assert.deepEqual((await set('disabled')).body.liveSessions, 0);
    assert.equal((await person.browser.call('getSession')).status, 401);
    assert.equal((await person.browser.call('refreshSession')).status, 401);
    const again = () => userAgent(server).call('signIn', { body: { identifier: person.email, password } });
    assert.equal((await again()).body.code, 'invalid_credentials');
    assert.equal((await set('active')).status, 200);
    assert.equal((await person.browser.call('getSession')).status, 401, 'what ended stays ended');
    assert.equal((await again()).status, 200);
  });

  test('ends one session of a person, who sees who did it and why', async () => {
    const admin = await administrator(server);
    const person = await someone(server);
    const elsewhere = userAgent(server);
    await elsewhere.call('signIn', { body: { identifier: person.email, password } });
    const params = { id: person.sessionId };
    assert.equal((await admin.browser.call('adminEndSession', { params })).status, 204);
    assert.equal((await admin.browser.call('adminEndSession', { params })).status, 404);
    assert.equal((await person.browser.call('getSession')).body.code, 'session_ended');
    const { body } = await elsewhere.call('sessionHistory');
    assert.deepEqual(
      [body.sessions[0].id, body.sessions[0].endReason],
      [person.sessionId, 'ended-by-administrator'],
    );
    const events = (await elsewhere.call('listSecurityEvents')).body.events;
    assert.ok(
      events.some(
        (event: Record<string, unknown>) =>
          event.type === 'session.ended' && event.sessionId === person.sessionId,
      ),
    );
    const told = await admin.browser.call('adminListAuditEvents', {
      query: { sessionId: person.sessionId, type: 'session.ended' },
    });
    assert.deepEqual(
      told.body.events.map(({ actor, userId }: Record<string, unknown>) => [actor, userId]),
      [[`administrator:${admin.userId}`, person.userId]],
    );
  });

  test('finds nothing of another tenant by its ids, and the operator finds it', async () => {
    const admin = await administrator(server);
    const key = await withKey(server);
    const apply = { users: [{ tenant: 'other', email: 'far@example.org', password, roles: ['admin'] }] };
    await userAgent(server).call('adminApply', { headers: key, body: apply });
    const listed = (agent: typeof admin.browser, headers: Headers, tenant: string) =>
      agent.call('adminListUsers', { headers, query: { tenant, email: 'far@example.org' } });
    const [far] = (await listed(userAgent(server), key, 'other')).body.users;
    assert.equal(far.email, 'far@example.org');
    assert.deepEqual((await listed(admin.browser, {}, 'default')).body.users, []);
    const change = await admin.browser.call('adminChangeUser', {
      params: { id: far.id },
      body: { status: 'disabled' },
    });
    assert.equal(change.status, 404);
  });
});

test('a user in a tenant that does not exist is refused as the contract says', async () => {
  const answer = await send('adminCreateUser', await withKey(server), {
    url: server.url,
    query: '?tenant=nowhere',
  });
  assert.equal(answer.status, 404);
  assertConforms('adminCreateUser', answer);
});

test('the metrics are for this machine, and no label holds what a caller sent', async () => {
  const asked = (headers: Headers) => exactly(server, { method: 'GET', path: '/metrics', headers });
  await exactly(server, { method: 'GET', path: '/nothing/secret-path?secret-query=1' });
  const { status, text } = await asked({});
  assert.equal(status, 200);
  assert.doesNotMatch(text, /secret-|person-\d|@example/);
  for (const headers of [{ 'x-forwarded-for': '192.0.2.1' }, { host: 'evil.example' }])
    assert.equal((await asked(headers)).status, 404);
});
