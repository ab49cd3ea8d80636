import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames, endpoints } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { chrome } from '@argus/testing/user-agent';
import { assertConforms } from './conforms.ts';
import {
  declareSamples,
  type EndpointName,
  plainNames,
  refusedSamples,
  sampleOf,
  withQuery,
} from './routes.ts';
import {
  cookieHeader,
  type Exactly,
  exactly,
  holdingsOf,
  tenant as home,
  openStage,
  ownOrigin,
  type Person,
  password,
  someone,
  withKey,
} from './stage.ts';
import { newTenant, originAt, someoneAt } from './tenant-stage.ts';

const host = 'login.second.example';

let server: TestServer;
/** Of the first tenant: what the samples speak of is theirs. */
let person: Person;
let target: Person;
/** Of the second, at its own host, and may do there whatever a role lets anybody do. */
let owner: Person;
before(async () => {
  server = await openStage();
  [person, target] = [await someone(server), await someone(server)];
  await newTenant(server, 'second', { hosts: [host] });
  owner = await newOwner(person.email);
  await declareSamples(server, { person, target });
});
after(() => server[Symbol.asyncDispose]());

async function newOwner(email: string): Promise<Person> {
  const someoneThere = await someoneAt(server, host, email);
  const { pool } = server.argus.services.store;
  await pool.query("UPDATE users SET roles = '{owner}' WHERE tenant_id = 'second' AND id = $1", [
    someoneThere.userId,
  ]);
  return someoneThere;
}

type Headers = Readonly<Record<string, string>>;

/** The sample as it would succeed in the first tenant, from whoever these headers are. */
function send(name: EndpointName, headers: Headers, query = ''): Promise<Exactly> {
  const { method, path, body, headers: needed } = sampleOf(name, { person, target });
  return exactly(server, {
    method,
    path: withQuery(path, query),
    headers: { 'user-agent': chrome, 'content-type': 'application/json', ...needed, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Ids and addresses that an answer to somebody of the second tenant could have from nowhere but the first. */
function assertTellsNothing(name: EndpointName, { text, headers }: Exactly): void {
  const told = `${text} ${JSON.stringify(headers)}`;
  for (const theirs of [person.userId, person.sessionId, target.userId, target.sessionId, target.email])
    assert.ok(!told.includes(theirs), `${name} tells ${theirs}: ${text.slice(0, 300)}`);
}

function takesTenant(name: EndpointName): boolean {
  const endpoint = endpoints[name];
  return 'query' in endpoint && 'tenant' in endpoint.query.shape;
}

/** What is done for the whole installation; the operator alone may, and the administrators of no tenant. */
const ofTheInstallation = plainNames.filter(
  (name) => 'permission' in endpoints[name] && endpoints[name].permission === 'operate',
);
const others = plainNames.filter((name) => !ofTheInstallation.includes(name));

describe('with everything that the first tenant holds named by its right id, at the host of the second', () => {
  for (const name of plainNames) {
    test(`${name} changes and tells nothing of the first`, async () => {
      const before = await holdingsOf(server, home);
      const at = { host: new URL(originAt(host)).host, origin: originAt(host) };
      const cookie = cookieHeader(owner.browser);
      const query = takesTenant(name) ? '?tenant=second' : '';
      const answer = await send(name, { ...at, cookie }, query);
      assertConforms(name, answer);
      assertTellsNothing(name, answer);
      assert.deepEqual(await holdingsOf(server, home), before);
      // Somebody signed out: the next one needs an owner again.
      if (answer.headers['set-cookie']) owner = await newOwner(`owner-after-${name}@example.org`);
    });
  }
});

describe('the key of the operator, in the second tenant', () => {
  for (const name of others.filter((each) => endpoints[each].caller === 'operator')) {
    test(`${name} changes and tells nothing of the first`, async () => {
      if (!takesTenant(name)) return assertNamesItsTenant(name);
      const before = await holdingsOf(server, home);
      const answer = await send(name, await withKey(server), '?tenant=second');
      assertConforms(name, answer);
      assertTellsNothing(name, answer);
      assert.deepEqual(await holdingsOf(server, home), before);
    });
  }

  /** Its path names the tenant, so nothing of another can be named. */
  function assertNamesItsTenant(name: EndpointName): void {
    assert.match(endpoints[name].path, /^\/admin\/v1\/tenants\/\{id\}/);
  }
});

describe('with the cookies of somebody of the first tenant, at the host of the second', () => {
  for (const name of others.filter((each) =>
    ['session', 'refresh-cookie'].includes(endpoints[each].caller),
  )) {
    test(`${name} is refused`, async () => {
      const before = await holdingsOf(server, home);
      const at = { host: new URL(originAt(host)).host, origin: originAt(host) };
      const answer = await send(name, { ...at, cookie: cookieHeader(person.browser) });
      assert.equal(answer.status, name === 'endSession' ? 204 : 401, answer.text);
      assertTellsNothing(name, answer);
      assert.deepEqual(await holdingsOf(server, home), before);
    });
  }
});

test('the samples would succeed at home, so the refusals above are for the tenant alone', async () => {
  await using fresh = await openStage();
  const [one, another] = [await someone(fresh), await someone(fresh)];
  const cookie = cookieHeader(one.browser);
  const headers = { 'user-agent': chrome, 'content-type': 'application/json' };
  const key = await withKey(fresh);
  const personal: readonly EndpointName[] = ['getSession', 'listSessions', 'listConsents', 'endOneSession'];
  for (const name of [...others.filter(takesTenant), ...personal]) {
    await declareSamples(fresh, { person: one, target: another });
    const { method, path, body, headers: needed } = sampleOf(name, { person: one, target: another });
    const by = endpoints[name].caller === 'operator' ? key : { cookie, origin: ownOrigin };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const asking = { method, path, headers: { ...headers, ...needed, ...by }, ...sent };
    const { status, text } = await exactly(fresh, asking);
    // By then a recovery is under way that can be cancelled.
    const refusal = name === 'adminCancelRecovery' ? undefined : refusedSamples[name];
    assert.equal(status, refusal ?? endpoints[name].success.status, `${name}: ${text}`);
  }
});

test('a device that one tenant knows is a stranger to the other', async () => {
  const device = person.browser.cookies.get(cookieNames.device) ?? '';
  const there = await someoneAt(server, host, 'device@example.org');
  there.browser.cookies.set(cookieNames.device, device);
  const body = { identifier: 'device@example.org', password };
  const before = await holdingsOf(server, home);
  const signedIn = await there.browser.call('signIn', { body });
  assert.equal(signedIn.status, 200);
  assert.deepEqual(await holdingsOf(server, home), before);
  const { rows } = await server.argus.services.store.pool.query(
    "SELECT count(*) AS devices FROM devices WHERE tenant_id = 'second' AND id IN (SELECT id FROM devices WHERE tenant_id = $1)",
    [home],
  );
  assert.deepEqual(rows, [{ devices: 0 }]);
});
