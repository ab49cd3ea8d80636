import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  begin,
  comeBack,
  declare,
  formTokenIn,
  formTokenOn,
  lastRefusal,
  newBrowser,
  openFederationStage,
  post,
  sessionOf,
} from './federation-stage.ts';
import { type HostileProvider, honest, openHostileProvider } from './hostile-provider.ts';
import { ledTo } from './oauth-stage.ts';
import { someone } from './stage.ts';

let server: TestServer;
let idp: HostileProvider;
before(async () => {
  server = await openFederationStage();
  idp = await openHostileProvider();
  const assurance = { aal2Acr: [], aal2Amr: ['hwk'] };
  await declare(server, { id: 'corp', issuer: idp.issuer, assurance });
});
after(async () => {
  await idp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => server.clock.advance(1000));

const hour = 3600;
const seconds = () => Math.floor(server.clock.now() / 1000);

/** Somebody without a password, who proved an hour ago at the provider who they are. */
async function fromThere(sub: string): Promise<UserAgent> {
  const browser = newBrowser(server);
  const claims = { ...honest(server.clock.now()), sub, email: `${sub}@upstream.example` };
  idp.misdeed = { claims: { ...claims, auth_time: seconds() - hour } };
  const answer = await comeBack(browser, await idp.visit(await begin(browser, 'corp')));
  assert.equal(answer.status, 303);
  return browser;
}

describe('a person who has no password', () => {
  test('is offered the provider alone, and confirms there by a form', async () => {
    const browser = await fromThere('only-there');
    const html = await (await browser.fetch('/step-up?returnTo=/account')).text();
    assert.doesNotMatch(html, /type="password"/);
    assert.match(html, /Confirm with <bdi>Provider corp/);
    const fields = { formToken: formTokenIn(html), purpose: 'step-up', returnTo: '/account' };
    const location = ledTo(await post(browser, '/sign-in/federated/corp', fields)) ?? '';
    const asked = new URL(location).searchParams;
    assert.deepEqual([asked.get('prompt'), asked.get('max_age')], ['login', '0']);
    const claims = { ...honest(server.clock.now()), sub: 'only-there', amr: ['hwk'], auth_time: seconds() };
    idp.misdeed = { claims };
    const before = await sessionOf(browser);
    assert.equal((await comeBack(browser, await idp.visit(location))).headers.get('location'), '/account');
    const { session } = await sessionOf(browser);
    assert.equal(session.id, before.session.id);
    assert.deepEqual([session.amr, session.acr], [['fed', 'hwk', 'mfa'], 'urn:argus:aal2']);
    assert.equal(Date.parse(session.authTime), seconds() * 1000);
  });

  test('is told by the API what would help', async () => {
    const browser = await fromThere('asks');
    const { body } = await browser.call('stepUpOptions');
    assert.deepEqual(body, { methods: ['federated'], reachable: 'urn:argus:aal2', passkey: null });
    const local = await (await someone(server)).browser.call('stepUpOptions');
    assert.deepEqual(local.body, { methods: ['password'], reachable: 'urn:argus:aal1', passkey: null });
  });
});

describe('a session is not raised', () => {
  test('by a provider that says nothing of when', async () => {
    const browser = await fromThere('silent');
    idp.misdeed = { claims: { ...honest(server.clock.now()), sub: 'silent', amr: ['hwk'] } };
    const answer = await comeBack(
      browser,
      await idp.visit(await begin(browser, 'corp', { purpose: 'step-up' })),
    );
    assert.equal(answer.status, 403);
    assert.equal((await lastRefusal(server)).reason, 'not-fresh');
    assert.equal((await sessionOf(browser)).session.acr, 'urn:argus:aal1');
  });

  test('by a proof of who is nobody here: no identity is connected on the way', async () => {
    const { browser } = await someone(server);
    idp.misdeed = { claims: { ...honest(server.clock.now()), sub: 'unknown', auth_time: seconds() } };
    const answer = await comeBack(
      browser,
      await idp.visit(await begin(browser, 'corp', { purpose: 'step-up' })),
    );
    assert.equal(answer.status, 403);
    assert.equal((await lastRefusal(server)).reason, 'other-person');
  });

  test('by a form of another session', async () => {
    const [browser, thief] = [await fromThere('formed'), await someone(server)];
    const formToken = await formTokenOn(thief.browser, '/account');
    const answer = await post(browser, '/sign-in/federated/corp', { formToken, purpose: 'step-up' });
    assert.equal(answer.status, 403);
  });

  test('when it has ended meanwhile', async () => {
    const browser = await fromThere('gone');
    const location = await begin(browser, 'corp', { purpose: 'step-up' });
    const attempt = new Map(browser.cookies);
    await browser.call('endSession');
    for (const [name, value] of attempt) browser.cookies.set(name, value);
    idp.misdeed = { claims: { ...honest(server.clock.now()), sub: 'gone', auth_time: seconds() } };
    assert.equal((await comeBack(browser, await idp.visit(location))).status, 401);
    assert.equal((await browser.call('getSession')).status, 401);
  });
});
