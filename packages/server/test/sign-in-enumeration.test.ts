import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { balanced } from '@argus/core';
import type { PasswordHasher } from '@argus/server';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { exactly, openStage, ownOrigin, password, someone, tenant } from './stage.ts';

/** Work as an observer with a stopwatch would see it: statements to the database and hashes of passwords. */
interface Work {
  statements: string[];
  hashes: string[];
}

let server: TestServer;
const work: Work = { statements: [], hashes: [] };
const known = 'known@example.org';
const disabled = 'disabled@example.org';
const invited = 'invited@example.org';

const counting: PasswordHasher = {
  ...cheapPasswords,
  hash: (text) => {
    work.hashes.push('hash');
    return cheapPasswords.hash(text);
  },
  verify: (phc, text) => {
    work.hashes.push('verify');
    return cheapPasswords.verify(phc, text);
  },
};

before(async () => {
  // As many wrong ones as these tests take are none too many.
  const { authentication } = balanced;
  const lockout = { ...authentication.lockout, failures: 100 };
  const policy = { ...balanced, authentication: { ...authentication, lockout } };
  server = await openStage({ parts: { passwords: counting, policy } });
  const { feed, keys, store } = server.argus.services;
  // What the start left to be told, and what a node does when it hears of keys.
  await feed.settle(tenant);
  await keys.tend('system');
  const { pool } = store;
  const watched = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const query = client.query.bind(client) as (...asked: unknown[]) => unknown;
    // Every statement goes through here, whoever asks it.
    Object.assign(client, {
      query: (...asked: readonly [string | { name?: string; text: string }]) => {
        const [first] = asked;
        const statement = typeof first === 'string' ? first : (first.name ?? first.text);
        // Twice a second a node looks after its feed, whoever asks for what.
        if (statement !== 'feed-states') work.statements.push(statement);
        return query(...asked);
      },
    });
  });
  const browser = userAgent(server);
  for (const email of [known, disabled]) await browser.call('signUp', { body: { email, password } });
  await pool.query("UPDATE users SET status = 'disabled' WHERE email = $1", [disabled]);
  await pool.query(
    `INSERT INTO users (tenant_id, id, email, roles, status, created_at)
     SELECT tenant_id, '01990000-0000-7000-8000-000000000001', $1, roles, 'active', created_at FROM users WHERE email = $2`,
    [invited, known],
  );
});
after(() => server[Symbol.asyncDispose]());

async function attempt(identifier: string, tried: string) {
  work.statements = [];
  work.hashes = [];
  const { status, headers, text } = await exactly(server, {
    method: 'POST',
    path: '/api/sign-in',
    headers: { origin: ownOrigin, 'content-type': 'application/json' },
    body: JSON.stringify({ identifier, password: tried }),
  });
  const { date: _, ...rest } = headers;
  return { status, headers: rest, text, ...work };
}

const wrong = 'incorrect horse battery staple';
const cases: readonly [what: string, identifier: string, tried: string][] = [
  ['an unknown address', 'nobody@example.org', wrong],
  ['an unknown address of a long domain', `nobody@${'a'.repeat(60)}.example.org`, wrong],
  ['what is no address at all', 'not an address', wrong],
  ['a disabled user’s wrong password', disabled, wrong],
  ['a disabled user’s right password', disabled, password],
  ['a person who was invited and has no password yet', invited, wrong],
  ['an empty-looking password', known, ' '],
  ['a known address in other letters', 'KNOWN@EXAMPLE.ORG', wrong],
];

describe('a wrong password cannot be told, by answer or by work, from', () => {
  for (const [what, identifier, tried] of cases) {
    test(what, async () => {
      const expected = await attempt(known, wrong);
      assert.equal(expected.status, 401);
      assert.match(expected.text, /"code":"invalid_credentials"/);
      assert.deepEqual(expected.hashes, ['verify']);
      assert.deepEqual(await attempt(identifier, tried), expected);
    });
  }
});

test('asking for a new password is answered with the same work for every address', async () => {
  const ask = async (email: string) => {
    work.statements = [];
    work.hashes = [];
    const { status, headers, text } = await exactly(server, {
      method: 'POST',
      path: '/api/recovery',
      headers: { origin: ownOrigin, 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    });
    const { date: _, ...rest } = headers;
    return { status, headers: rest, text, ...work };
  };
  const expected = await ask(known);
  assert.deepEqual([expected.status, expected.text], [202, '{"state":"sent"}']);
  assert.ok(expected.statements.includes('create-link') && expected.statements.includes('send-mail'));
  for (const email of ['nobody@example.org', 'not an address', disabled, invited])
    assert.deepEqual(await ask(email), expected, email);
});

test('the options of a passkey are the same whoever might come', async () => {
  const options = async () => {
    const { body } = await userAgent(server).call('signInPasskeyOptions');
    return { ...body.options, challenge: body.options.challenge.length };
  };
  const first = await options();
  assert.deepEqual(first.allowCredentials, []);
  await someone(server);
  assert.deepEqual(await options(), first);
});

test('the form answers an unknown address like a wrong password, but for the address it was given', async () => {
  const pageOf = async (identifier: string) => {
    const browser = userAgent(server);
    const formToken = /name="formToken" value="([^"]+)"/.exec(
      await (await browser.fetch('/sign-in')).text(),
    )?.[1];
    assert.ok(formToken);
    const body = new URLSearchParams({ identifier, password: wrong, formToken }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await browser.fetch('/sign-in', { method: 'POST', headers, body });
    return {
      status: answer.status,
      html: (await answer.text()).replaceAll(identifier, '').replaceAll(formToken, ''),
    };
  };
  const expected = await pageOf(known);
  assert.equal(expected.status, 401);
  assert.deepEqual(await pageOf('nobody@example.org'), expected);
  assert.deepEqual(await pageOf(disabled), expected);
});

test('signing up with a known address answers, hashes and commits like a new one, and leaves its owner alone', async () => {
  const browser = userAgent(server);
  const signUp = async (email: string) => {
    work.hashes = [];
    work.statements = [];
    const { status, body, headers } = await browser.call('signUp', { body: { email, password: wrong } });
    // What is written differs, and its time is hidden by the beat; how often something is, does not.
    const frame = work.statements.filter((statement) =>
      /^(begin|commit|rollback|sign-in-facts)/i.test(statement),
    );
    assert.ok(work.statements.includes('send-mail'));
    return { status, body, headers: [...headers.keys()].sort(), hashes: work.hashes, frame };
  };
  const expected = await signUp('new@example.org');
  assert.equal(expected.status, 201);
  assert.deepEqual(expected.frame, ['sign-in-facts', 'BEGIN', 'COMMIT']);
  assert.deepEqual(await signUp(known), expected);
  const { status } = await browser.call('signIn', { body: { identifier: known, password } });
  assert.equal(status, 200, 'the password of the owner is the old one');
});

test('the owner of an address finds in the security events that somebody tried to sign up with it', async () => {
  const owner = await someone(server);
  await userAgent(server).call('signUp', { body: { email: owner.email, password: wrong } });
  const { body } = await owner.browser.call('listSecurityEvents');
  assert.ok(body.events.some(({ type }: { type: string }) => type === 'user.sign-up-repeated'));
});

test('with real hashes an unknown address costs one Argon2id verification like a wrong password', async () => {
  await using real = await startTestServer();
  const { passwords } = real.argus.services;
  const phc = await passwords.hash(password);
  assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.equal(await passwords.verify(phc, password), true);
  assert.equal(await passwords.verify(phc, `${password} `), false);
  assert.equal(await passwords.verify(null, password), false);
});
