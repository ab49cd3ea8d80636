import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { chrome, userAgent } from '@argus/testing/user-agent';
import { issueAccessToken, issueRefreshToken } from '@argus/tokens';
import { assertConforms } from './conforms.ts';
import { type EndpointName, sampleOf } from './routes.ts';
import { exactly, holdings, openStage, ownOrigin, type Person, refresh, someone, tenant } from './stage.ts';

let server: TestServer;
let person: Person;
let other: Person;
/** Of a person whose session has ended. */
let dead: Record<'access' | 'refresh', string>;
before(async () => {
  server = await openStage();
  person = await someone(server);
  other = await someone(server);
  const gone = await someone(server);
  dead = { access: tokenOf(gone, 'access'), refresh: tokenOf(gone, 'refresh') };
  await gone.browser.call('endSession');
});
after(() => server[Symbol.asyncDispose]());

function tokenOf({ browser }: Person, name: keyof typeof cookieNames): string {
  return browser.cookies.get(cookieNames[name]) ?? assert.fail(`no ${name} cookie`);
}

function partsOf(token: string): [header: string, payload: string, signature: string] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
}

function recoded(token: string, change: { header?: object; claims?: object }): string {
  const [header, payload, signature] = partsOf(token);
  const put = (part: string, more: object = {}) =>
    Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(part, 'base64url').toString()), ...more }),
    ).toString('base64url');
  return `${put(header, change.header)}.${put(payload, change.claims)}.${signature}`;
}

function isMac(token: string): boolean {
  return Buffer.from(partsOf(token)[0], 'base64url').toString().includes('"HS256"');
}

/** What somebody could make of a good token without our keys. */
function forgeries(good: string, wrongType: string, foreign: string): Record<string, string> {
  const [header, payload, signature] = partsOf(good);
  return {
    'another type of token': wrongType,
    'nothing before the dots': `..${signature}`,
    'only dots': '..',
    'one letter': 'x',
    '4,000 letters': 'x'.repeat(4000),
    'the header alone': header,
    'without a signature': `${header}.${payload}.`,
    'without the last part': `${header}.${payload}`,
    'a fourth part': `${good}.x`,
    'the first third': good.slice(0, good.length / 3),
    'all but the last letter': good.slice(0, -1),
    'a signature of another token': `${header}.${payload}.${partsOf(foreign)[2]}`,
    'a payload of another token': `${header}.${partsOf(foreign)[1]}.${signature}`,
    'a flipped signature': `${header}.${payload}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
    'the algorithm none': recoded(good, { header: { alg: 'none' } }),
    'the algorithm none and no signature': recoded(good, { header: { alg: 'none' } }).replace(/[^.]*$/, ''),
    'the algorithm of another type': recoded(good, { header: { alg: isMac(good) ? 'RS256' : 'HS256' } }),
    'another key id': recoded(good, { header: { kid: '../../../dev/null' } }),
    'a key in its header': recoded(good, { header: { jwk: { kty: 'oct', k: 'AA' } } }),
    'an unknown crit': recoded(good, { header: { crit: ['x'], x: 1 } }),
    'another person': recoded(good, { claims: { sub: other.userId, sid: other.sessionId } }),
    'another tenant': recoded(good, { claims: { tenant: 'other' } }),
    'a longer life': recoded(good, { claims: { exp: 4_102_444_800 } }),
    'roles of an administrator': recoded(good, { claims: { roles: ['admin'] } }),
  };
}

function send(name: EndpointName, cookies: Readonly<Record<string, string>>) {
  const { method, path, body } = sampleOf(name, { person, target: other });
  return exactly(server, {
    method,
    path,
    headers: {
      'user-agent': chrome,
      origin: ownOrigin,
      'content-type': 'application/json',
      cookie: Object.entries(cookies)
        .map(([cookie, value]) => `${cookie}=${value}`)
        .join('; '),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const { access, refresh: refreshName, device } = cookieNames;
const byAccess: readonly EndpointName[] = [
  'getSession',
  'listSessions',
  'endOtherSessions',
  'endAllSessions',
  'changePassword',
];

describe('an access cookie that we did not make for this opens nothing and changes nothing', () => {
  test('whatever it is', async () => {
    const before = await holdings(server);
    const made = forgeries(tokenOf(person, 'access'), tokenOf(person, 'refresh'), tokenOf(other, 'access'));
    for (const [what, token] of Object.entries(made)) {
      for (const name of byAccess) {
        const answer = await send(name, { [access]: token });
        assert.deepEqual(
          [answer.status, JSON.parse(answer.text).code],
          [401, 'session_required'],
          `${name}: ${what}`,
        );
        assertConforms(name, answer);
      }
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('nor does a good one of a session that has ended', async () => {
    const before = await holdings(server);
    for (const name of byAccess) assert.equal((await send(name, { [access]: dead.access })).status, 401);
    assert.deepEqual(await holdings(server), before);
  });

  test('nor one that has expired', async () => {
    const late = await someone(server);
    const token = tokenOf(late, 'access');
    server.clock.advance(300_000);
    const before = await holdings(server);
    for (const name of byAccess) assert.equal((await send(name, { [access]: token })).status, 401);
    assert.deepEqual(await holdings(server), before);
    person = await someone(server);
    other = await someone(server);
  });
});

describe('a refresh cookie that we did not make for this renews nothing, and ends nobody’s session', () => {
  test('whatever it is', async () => {
    const before = await holdings(server);
    const made = forgeries(tokenOf(person, 'refresh'), tokenOf(person, 'access'), tokenOf(other, 'refresh'));
    for (const [what, token] of Object.entries(made)) {
      for (const cookies of [
        { [refreshName]: token },
        { [refreshName]: token, [device]: tokenOf(person, 'device') },
      ]) {
        const answer = await send('refreshSession', cookies);
        assert.deepEqual([answer.status, JSON.parse(answer.text).code], [401, 'session_ended'], what);
        const lines = answer.headers['set-cookie'] ?? [];
        assert.ok(
          lines.every((line) => line.includes('Max-Age=0')),
          what,
        );
      }
    }
    assert.deepEqual(await holdings(server), before);
    assert.equal((await refresh(person.browser)).status, 200);
  });

  test('not even at signing out', async () => {
    const before = await holdings(server);
    const made = forgeries(tokenOf(person, 'refresh'), tokenOf(person, 'access'), tokenOf(other, 'refresh'));
    for (const [what, token] of Object.entries(made))
      assert.equal((await send('endSession', { [refreshName]: token })).status, 204, what);
    assert.equal((await send('endSession', { [access]: tokenOf(person, 'refresh') })).status, 204);
    assert.equal((await send('endSession', { [refreshName]: tokenOf(person, 'access') })).status, 204);
    assert.deepEqual(await holdings(server), before);
  });

  test('nor does a page renew by it', async () => {
    const before = await holdings(server);
    const made = forgeries(tokenOf(person, 'refresh'), tokenOf(person, 'access'), tokenOf(other, 'refresh'));
    for (const [what, token] of Object.entries(made)) {
      const cookie = `${refreshName}=${token}`;
      const { status, headers } = await exactly(server, {
        method: 'GET',
        path: '/account',
        headers: { cookie },
      });
      assert.deepEqual([status, headers.location?.startsWith('/sign-in')], [303, true], what);
    }
    assert.deepEqual(await holdings(server), before);
  });
});

describe('our own signature alone is not enough:', () => {
  const claims = () => {
    const [, payload] = partsOf(tokenOf(person, 'refresh'));
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  };
  const signed = (change: object) =>
    issueRefreshToken(server.argus.services.keys.ring(), { ...claims(), ...change }, server.clock.now());

  const cases: readonly [what: string, change: () => object][] = [
    ['a token id that the grant does not give', () => ({ jti: 'x'.repeat(43) })],
    ['a generation that is not yet born', () => ({ gen: 99 })],
    ['a generation with the id of another', () => ({ gen: claims().gen + 1 })],
    ['a session that is not the grant’s', () => ({ sid: other.sessionId })],
    ['a grant of another session', () => ({ gid: '01990000-0000-7000-8000-00000000beef' })],
    ['a tenant that is not there', () => ({ tenant: 'nowhere' })],
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['another audience', () => ({ aud: 'https://evil.example' })],
  ];
  for (const [what, change] of cases) {
    test(`${what} renews nothing and ends nothing`, async () => {
      const before = await holdings(server, false);
      const cookies = { [refreshName]: signed(change()), [device]: tokenOf(person, 'device') };
      assert.equal((await send('refreshSession', cookies)).status, 401);
      assert.deepEqual(await holdings(server, false), before);
    });
  }

  test('an access token for another audience opens nothing here', async () => {
    const [, payload] = partsOf(tokenOf(person, 'access'));
    const good = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const ring = server.argus.services.keys.ring();
    const sign = (change: object) => issueAccessToken(ring, { ...good, ...change }, server.clock.now());
    assert.equal((await send('getSession', { [access]: await sign({}) })).status, 200, 'as it is, it would');
    for (const change of [
      { aud: 'https://notes.example' },
      { iss: 'https://evil.example' },
      { sid: other.sessionId },
    ])
      assert.equal(
        (await send('getSession', { [access]: await sign(change) })).status,
        401,
        JSON.stringify(change),
      );
  });
});

test('a token of a grant that has ended opens and renews nothing, though its session lives', async () => {
  const one = await someone(server);
  const [, payload] = partsOf(tokenOf(one, 'access'));
  const { gid } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const at = server.clock.now();
  const changes = [{ kind: 'end-grant', grantId: gid, reason: 'replaced', at }] as const;
  assert.ok((await server.argus.services.store.commit({ tenant, changes, events: [] })).isCommitted);
  assert.equal((await one.browser.call('getSession')).body.code, 'session_ended');
  assert.equal((await refresh(one.browser)).status, 401);
});

describe('a cookie that came twice counts as none:', () => {
  const twice = async (name: string, one: string, two: string) => {
    const cookie = `${name}=${one}; ${name}=${two}`;
    return exactly(server, { method: 'GET', path: '/api/session', headers: { cookie } });
  };

  test('the same good value', async () => {
    const good = tokenOf(person, 'access');
    assert.equal((await twice(access, good, good)).status, 401);
  });
  test('a planted one before or behind the good one', async () => {
    const [good, planted] = [tokenOf(person, 'access'), tokenOf(other, 'access')];
    assert.equal((await twice(access, planted, good)).status, 401);
    assert.equal((await twice(access, good, planted)).status, 401);
    assert.equal((await twice(access, good, '')).status, 401);
  });
  test('one of another case is another cookie', async () => {
    const cookie = `${access.toLowerCase()}=x; ${access}=${tokenOf(person, 'access')}; ${access.toUpperCase()}=y`;
    const { status } = await exactly(server, { method: 'GET', path: '/api/session', headers: { cookie } });
    assert.equal(status, 200);
  });
});

test('a crowd of other cookies in front does not hide ours', async () => {
  const crowd = Array.from({ length: 150 }, (_, at) => `c${at}=x`).join('; ');
  const cookie = `${crowd}; ${access}=${tokenOf(person, 'access')}`;
  const { status } = await exactly(server, { method: 'GET', path: '/api/session', headers: { cookie } });
  assert.equal(status, 200);
});

test('cookies of two people mixed are those of the access cookie, and never renew the other’s session', async () => {
  const [one, two] = [await someone(server), await someone(server)];
  const mixed = userAgent(server, {}, new Map(one.browser.cookies));
  mixed.cookies.set(refreshName, tokenOf(two, 'refresh'));
  assert.equal((await mixed.call('getSession')).body.user.email, one.email);
  const { status } = await refresh(mixed);
  assert.equal(status, 401, 'the refresh token has left its device');
  assert.equal((await one.browser.call('getSession')).status, 200);
});
