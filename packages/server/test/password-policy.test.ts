import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { balanced, type Policy } from '@argus/core';
import type { PasswordHasher } from '@argus/server';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import { cheapPasswords } from '@argus/testing/parts';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { withApp } from './authenticator-stage.ts';
import { openStage, type Person, password, someone, withKey } from './stage.ts';

function passwordsUnder(change: Partial<Policy['authentication']['password']>): Policy {
  const { authentication } = balanced;
  return {
    ...balanced,
    authentication: { ...authentication, password: { ...authentication.password, ...change } },
  };
}

let compared = 0;
const counting: PasswordHasher = {
  ...cheapPasswords,
  verify(phc, text, who) {
    compared += 1;
    return cheapPasswords.verify(phc, text, who);
  },
};

let server: TestServer;
const start = async (policy: Policy) => {
  server = await openStage({ parts: { policy, passwords: counting } });
};
const stop = () => server[Symbol.asyncDispose]();
const minute = () => void server.clock.advance(60_000);

let people = 0;
function newAddress(): string {
  people += 1;
  return `newcomer-${people}@example.org`;
}
const signUp = async (text: string) =>
  (await userAgent(server).call('signUp', { body: { email: newAddress(), password: text } })).body.code;
const change = (browser: UserAgent, currentPassword: string, newPassword: string) =>
  browser.call('changePassword', { body: { currentPassword, newPassword } });

const formTokenIn = (page: string) => /name="formToken" value="([^"]+)"/.exec(page)?.[1] ?? '';
const pageOf = async (browser: UserAgent, path: string) => (await browser.fetch(path)).text();
async function submit(browser: UserAgent, path: string, fields: Readonly<Record<string, string>>) {
  const answer = await browser.fetch(path, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: answer.status, text: await answer.text() };
}

/** A password after that many changes. */
const numbered = (at: number) => (at === 0 ? password : `the ${at}. sentence of many words`);

async function resetTo({ email }: Person, text: string) {
  await userAgent(server).call('beginRecovery', { body: { email } });
  const mail = (await mailsTo(server, email)).findLast(({ kind }) => kind === 'reset-password');
  assert.ok(mail);
  const token = linkIn(mail).searchParams.get('token') ?? '';
  return userAgent(server).call('completeRecovery', { body: { token, password: text } });
}

describe('where four former passwords may not come back (PCI DSS 8.3.7)', () => {
  before(() => start(passwordsUnder({ history: 4 })));
  after(stop);
  beforeEach(minute);

  test('the present one and the four before it are refused, the one before those is not', async () => {
    const person = await someone(server);
    for (let at = 1; at <= 5; at += 1) {
      assert.equal((await change(person.browser, numbered(at - 1), numbered(at))).status, 200);
      minute();
    }
    for (const at of [1, 2, 3, 4, 5]) {
      const refused = await change(person.browser, numbered(5), numbered(at));
      assert.deepEqual([refused.status, refused.body.code], [422, 'password_reused'], `number ${at}`);
    }
    assert.equal((await change(person.browser, numbered(5), numbered(0))).status, 200);
    const { rows } = await server.argus.services.store.pool.query(
      'SELECT phc FROM former_passwords WHERE user_id = $1',
      [person.userId],
    );
    assert.equal(rows.length, 4);
  });

  test('neither by a link from a mail', async () => {
    const person = await someone(server);
    assert.equal((await change(person.browser, numbered(0), numbered(1))).status, 200);
    for (const at of [0, 1]) {
      const refused = await resetTo(person, numbered(at));
      assert.deepEqual([refused.status, refused.body.code], [422, 'password_reused']);
      server.clock.advance(3_600_000);
    }
    assert.equal((await resetTo(person, numbered(2))).status, 200);
  });

  test('what somebody else had may be taken', async () => {
    const [first, second] = [await someone(server), await someone(server)];
    assert.equal((await change(first.browser, numbered(0), numbered(7))).status, 200);
    assert.equal((await change(second.browser, numbered(0), numbered(7))).status, 200);
  });

  test('a password that is refused for its form costs no hash beside the present one', async () => {
    const person = await someone(server);
    assert.equal((await change(person.browser, numbered(0), numbered(1))).status, 200);
    compared = 0;
    assert.equal((await change(person.browser, numbered(1), 'short')).body.code, 'password_too_short');
    assert.equal(compared, 1);
    assert.equal((await change(person.browser, numbered(1), numbered(2))).status, 200);
    // The present one is proved, then looked for beside the one that is kept.
    assert.equal(compared, 1 + 3);
  });

  test('the account page says it in words', async () => {
    const person = await someone(server);
    const formToken = formTokenIn(await pageOf(person.browser, '/account'));
    const answer = await submit(person.browser, '/account/password', {
      formToken,
      currentPassword: password,
      newPassword: password,
    });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /You had this password lately\./);
  });
});

test('where none is kept, what was kept goes with the next change', async () => {
  await start(passwordsUnder({ history: 0 }));
  try {
    const person = await someone(server);
    const { pool } = server.argus.services.store;
    await pool.query(
      `INSERT INTO former_passwords (tenant_id, user_id, phc, replaced_at) VALUES ('default', $1, 'an old one', now())`,
      [person.userId],
    );
    assert.equal((await change(person.browser, numbered(0), numbered(1))).status, 200);
    assert.equal((await change(person.browser, numbered(1), numbered(0))).status, 200);
    assert.equal((await pool.query('SELECT FROM former_passwords')).rowCount, 0);
  } finally {
    await stop();
  }
});

describe('where policy asks for letters and digits (PCI DSS 8.3.6)', () => {
  before(() => start(passwordsUnder({ composition: 'letters-and-digits', minLength: 12 })));
  after(stop);
  beforeEach(minute);
  const letters = 'nine purple otters argue';

  test('sign-up, change, reset and invitation refuse letters alone', async () => {
    assert.equal(await signUp(letters), 'password_composition');
    assert.equal(await signUp(`${letters} 9`), undefined);
    const email = newAddress();
    const key = await withKey(server);
    const invited = await userAgent(server).call('adminCreateUser', {
      body: { email, roles: [] },
      headers: key,
    });
    assert.equal(invited.status, 201, JSON.stringify(invited.body));
    const token = new URL(invited.body.link).searchParams.get('token') ?? '';
    const browser = userAgent(server);
    const refused = await browser.call('useLink', { body: { token, password: letters } });
    assert.equal(refused.body.code, 'password_composition');
    const first = `${letters} 1`;
    assert.equal((await browser.call('useLink', { body: { token, password: first } })).status, 200);
    assert.equal((await change(browser, first, letters)).body.code, 'password_composition');
    const person = { email, browser } as Person; // what is asked of one here
    assert.equal((await resetTo(person, letters)).body.code, 'password_composition');
  });

  test('the page tells it before and after, to people and to password managers', async () => {
    const browser = userAgent(server);
    const page = await pageOf(browser, '/sign-up');
    assert.match(page, /At least 12 characters, with letters and digits\./);
    assert.match(page, /passwordrules="minlength: 12; required: lower, upper; required: digit;"/);
    const formToken = formTokenIn(page);
    const answer = await submit(browser, '/sign-up', { formToken, email: newAddress(), password: letters });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Choose a password with both letters and digits\./);
  });
});

describe('beside a second factor', () => {
  before(() => start(passwordsUnder({})));
  after(stop);
  const short = 'nine otters';

  test('a shorter password is taken, and without one it is not', async () => {
    const person = await someone(server);
    assert.equal((await change(person.browser, password, short)).body.code, 'password_too_short');
    assert.match(await pageOf(person.browser, '/account'), /At least 15 characters\./);
    const { browser } = await withApp(server, person);
    assert.match(await pageOf(browser, '/account'), /At least 8 characters\./);
    assert.equal((await change(browser, password, short)).status, 200);
  });
});

describe('what is switched off is not asked', () => {
  const common = 'passwordpassword';
  let asked = 0;
  const range = createServer((_, response) => {
    asked += 1;
    response.end('');
  });
  before(() => new Promise<void>((resolve) => range.listen(0, '127.0.0.1', resolve)));
  after(() => {
    range.closeAllConnections();
    range.close();
  });
  const open = (policy: Policy) => {
    const { port } = range.address() as AddressInfo; // it listens on TCP
    return openStage({
      config: { breachedPasswordsUrl: `http://127.0.0.1:${port}/range/` },
      parts: { policy },
    });
  };

  for (const [what, policy, code, requests] of [
    ['neither', passwordsUnder({}), 'password_common', 0],
    ['the list', passwordsUnder({ usesBlocklist: false }), undefined, 1],
    ['both', passwordsUnder({ usesBlocklist: false, usesBreachCheck: false }), undefined, 0],
  ] as const)
    test(`${what}: ${code ?? 'taken'}, after ${requests} requests about leaks`, async () => {
      asked = 0;
      server = await open(policy);
      assert.equal(await signUp(common), code);
      assert.equal(asked, requests);
      await stop();
    });
});
