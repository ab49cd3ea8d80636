import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SessionId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { withApp } from './authenticator-stage.ts';
import { formTokenIn, post } from './federation-stage.ts';
import {
  elsewhere,
  endDetails,
  endOf,
  liveIds,
  phone,
  setLimit,
  signedInTimes,
  tryToSignIn,
} from './session-limit-stage.ts';
import { openStage, type Person, password, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

const liveOf = (person: Pick<Person, 'userId'>) => liveIds(server.argus.services, person);
const choose = (browser: UserAgent, endSessionId: string) =>
  browser.call('chooseSession', { body: { endSessionId } });
const idsIn = (body: { readonly sessions: readonly { readonly id: SessionId }[] }) =>
  body.sessions.map(({ id }) => id).sort();

describe('where the person is asked', () => {
  before(() => setLimit(server, { max: 3, onLimit: 'ask' }));

  test('they see their live sessions, and the one they pick ends with the sign-in', async () => {
    const [person, second, third] = await signedInTimes(server, 3);
    const browser = userAgent(server);
    const { status, body } = await tryToSignIn(browser, person);
    assert.deepEqual([status, body.state, body.toEnd], [200, 'choose-session', 1]);
    assert.deepEqual(idsIn(body), await liveOf(person));
    assert.equal((await browser.call('getSession')).status, 401, 'nobody is signed in yet');
    const done = await choose(browser, second?.sessionId as SessionId);
    assert.equal(done.body.state, 'signed-in');
    const newer = done.body.session.id;
    assert.deepEqual(await liveOf(person), [person.sessionId, third?.sessionId, newer]);
    assert.deepEqual(await endOf(server, second?.sessionId as SessionId), {
      reason: 'session-limit',
      madeRoomFor: newer,
    });
    assert.equal((await endDetails(server, second?.sessionId as SessionId))?.onLimit, 'ask');
  });

  test('they end nobody else’s, none that is over, and none that there is not', async () => {
    const [person] = await signedInTimes(server, 3);
    const stranger = await someone(server);
    const [other, over] = await signedInTimes(server, 2);
    await over?.browser.call('endSession');
    const browser = userAgent(server);
    await tryToSignIn(browser, person);
    for (const id of [
      stranger.sessionId,
      other.sessionId,
      over?.sessionId,
      '01990000-0000-7000-8000-000000000000',
    ])
      assert.equal((await choose(browser, id as SessionId)).body.code, 'not_found');
    assert.equal((await liveOf(person)).length, 3);
    assert.equal((await stranger.browser.call('getSession')).status, 200);
    // The sign-in is where it was.
    assert.equal((await choose(browser, person.sessionId)).body.state, 'signed-in');
  });

  test('nobody chooses before all is proved', async () => {
    const person = await withApp(server, await someone(server));
    await setLimit(server, { max: 1, onLimit: 'ask' });
    const browser = userAgent(server);
    assert.equal((await tryToSignIn(browser, person)).body.state, 'second-factor');
    assert.equal((await choose(browser, person.sessionId)).body.code, 'denied');
    assert.equal((await person.browser.call('getSession')).status, 200);
    const { body } = await browser.call('signInWithTotp', { body: { code: person.app.code() } });
    assert.deepEqual([body.state, idsIn(body)], ['choose-session', [person.sessionId]]);
    assert.equal((await choose(browser, person.sessionId)).body.state, 'signed-in');
    assert.deepEqual((await liveOf(person)).length, 1);
    await setLimit(server, { max: 3, onLimit: 'ask' });
  });

  test('two answers of one sign-in: one counts', async () => {
    const [person, second, third] = await signedInTimes(server, 3);
    const browser = userAgent(server);
    await tryToSignIn(browser, person);
    const copy = browser.copy();
    const answers = await Promise.all([
      choose(browser, second?.sessionId as SessionId),
      choose(copy, third?.sessionId as SessionId),
    ]);
    const outcomes = answers
      .map(({ body }): string => body.code ?? body.state)
      .toSorted((a, b) => String(a).localeCompare(String(b)));
    assert.deepEqual(outcomes, ['sign_in_expired', 'signed-in']);
    assert.equal((await liveOf(person)).length, 3);
  });

  test('two sign-ins that pick the same session: it makes room for one', async () => {
    const [person, second] = await signedInTimes(server, 3);
    const [one, two] = [userAgent(server), userAgent(server)];
    await tryToSignIn(one, person);
    await tryToSignIn(two, person);
    const picked = second?.sessionId as SessionId;
    const answers = await Promise.all([choose(one, picked), choose(two, picked)]);
    const outcomes = answers
      .map(({ body }): string => body.code ?? body.state)
      .toSorted((a, b) => String(a).localeCompare(String(b)));
    assert.deepEqual(outcomes, ['not_found', 'signed-in']);
    assert.equal((await liveOf(person)).length, 3);
  });

  test('nothing has to end when a session ended by itself meanwhile', async () => {
    const [person, second] = await signedInTimes(server, 3);
    const browser = userAgent(server);
    await tryToSignIn(browser, person);
    await second?.browser.call('endSession');
    assert.equal((await choose(browser, second?.sessionId as SessionId)).body.state, 'signed-in');
    assert.ok((await liveOf(person)).includes(person.sessionId));
  });

  test('the choice ends with the attempt', async () => {
    const [person, second] = await signedInTimes(server, 3);
    const browser = userAgent(server);
    await tryToSignIn(browser, person);
    server.clock.advance(10 * 60_000);
    assert.equal((await choose(browser, second?.sessionId as SessionId)).body.code, 'sign_in_expired');
    assert.equal((await liveOf(person)).length, 3);
  });

  test('among phones alone, where it is their limit', async () => {
    await setLimit(server, { max: null, perDeviceClass: { mobile: 1 }, onLimit: 'ask' });
    const person = await someone(server);
    const phones = { 'user-agent': phone };
    const first = await elsewhere(server, person, phones);
    const browser = userAgent(server, phones);
    assert.deepEqual(idsIn((await tryToSignIn(browser, person)).body), [first.sessionId]);
    assert.equal((await choose(browser, person.sessionId)).body.code, 'not_found');
    await setLimit(server, { max: 3, onLimit: 'ask' });
  });

  test('again and again, where the limit was lowered by more than one', async () => {
    const [person, ...others] = await signedInTimes(server, 3);
    await setLimit(server, { max: 1, onLimit: 'ask' });
    const browser = userAgent(server);
    let { body } = await tryToSignIn(browser, person);
    const asked: number[] = [];
    for (const id of [person, ...others].map(({ sessionId }) => sessionId)) {
      asked.push(body.toEnd);
      body = (await choose(browser, id)).body;
    }
    assert.deepEqual([asked, body.state], [[3, 2, 1], 'signed-in']);
    assert.deepEqual(await liveOf(person), [body.session.id]);
    assert.equal((await endOf(server, person.sessionId)).reason, 'session-limit');
    await setLimit(server, { max: 3, onLimit: 'ask' });
  });

  test('on a page that works without script', async () => {
    const [person, second] = await signedInTimes(server, 3);
    const browser = userAgent(server);
    const begun = formTokenIn(await (await browser.fetch('/sign-in')).text());
    const form = { formToken: begun, identifier: person.email, password, returnTo: '/account' };
    const led = (await post(browser, '/sign-in', form)).headers.get('location') ?? '';
    assert.match(led, /^\/sign-in\/next\?/);
    const html = await (await browser.fetch(led)).text();
    assert.match(html, /Choose the session that ends/);
    for (const id of await liveOf(person)) assert.ok(html.includes(`value="${id}"`));
    assert.match(html, /href="\/sign-in"[^>]*>Cancel this sign-in/);
    const formToken = formTokenIn(html);
    const gone = await post(browser, '/sign-in/choose-session', {
      formToken,
      endSessionId: '01990000-0000-7000-8000-000000000000',
    });
    assert.equal(gone.status, 404);
    assert.match(await gone.text(), /had ended already/);
    const done = await post(browser, '/sign-in/choose-session', {
      formToken,
      endSessionId: second?.sessionId as SessionId,
      returnTo: '/account',
    });
    assert.deepEqual([done.status, done.headers.get('location')], [303, '/account']);
    assert.equal((await browser.fetch('/account')).status, 200);
    assert.equal((await endOf(server, second?.sessionId as SessionId)).reason, 'session-limit');
  });
});

describe('where nobody gives way', () => {
  before(() => setLimit(server, { max: 1, onLimit: 'deny' }));

  test('the sign-in is refused, and says so only to who proved all', async () => {
    const person = await someone(server);
    const { status, body } = await tryToSignIn(userAgent(server), person);
    assert.deepEqual([status, body.code], [409, 'too_many_sessions']);
    const wrong = { identifier: person.email, password: 'not the right one at all' };
    const guess = await userAgent(server).call('signIn', { body: wrong });
    assert.equal(guess.body.code, 'invalid_credentials');
    assert.equal((await person.browser.call('getSession')).status, 200);
    await person.browser.call('endSession');
    assert.equal((await tryToSignIn(userAgent(server), person)).body.state, 'signed-in');
  });

  test('the same browser signs in again: its session is replaced', async () => {
    const person = await someone(server);
    assert.equal((await tryToSignIn(person.browser, person)).body.state, 'signed-in');
    assert.equal((await liveOf(person)).length, 1);
  });

  test('a page says what to do', async () => {
    const person = await someone(server);
    const browser = userAgent(server);
    const formToken = formTokenIn(await (await browser.fetch('/sign-in?returnTo=%2Faccount%2Ftotp')).text());
    const form = { formToken, identifier: person.email, password, returnTo: '/account/totp' };
    const answer = await post(browser, '/sign-in', form);
    const html = await answer.text();
    assert.equal(answer.status, 409);
    assert.match(html, /<h1>You are signed in on as many devices as you may be<\/h1>/);
    assert.match(html, /href="\/sign-in\?returnTo=%2Faccount%2Ftotp"/);
  });

  test('after a second factor, too', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    const form = { formToken: formTokenIn(await (await browser.fetch('/sign-in')).text()) };
    await post(browser, '/sign-in', { ...form, identifier: person.email, password });
    const html = await (await browser.fetch('/sign-in/next')).text();
    const code = { formToken: formTokenIn(html), code: person.app.code() };
    const answer = await post(browser, '/sign-in/totp', code);
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /as many devices as you may be/);
  });
});
