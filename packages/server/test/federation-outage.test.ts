import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import {
  begin,
  comeBack,
  declare,
  lastRefusal,
  newBrowser,
  openFederationStage,
} from './federation-stage.ts';
import {
  answers,
  type HostileProvider,
  hangsUp,
  honest,
  type Misdeed,
  openHostileProvider,
} from './hostile-provider.ts';
import { holdings } from './stage.ts';

let server: TestServer;
let idp: HostileProvider;
let other: HostileProvider;
before(async () => {
  server = await openFederationStage();
  idp = await openHostileProvider();
  other = await openHostileProvider();
  await declare(server, { id: 'other', issuer: other.issuer });
});
after(async () => {
  await idp[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
// Each test finds a provider that Argus has never asked before.
beforeEach(async () => {
  idp.misdeed = {};
  server.clock.advance(1000);
  await declare(server, { id: 'evil', issuer: idp.issuer });
});

const discovery = '/.well-known/openid-configuration';

/** What is kept, but for what refusals leave: a line in the log and a mark that it was tried. */
async function kept(): Promise<Record<string, string>> {
  const { marks: _, ...rest } = await holdings(server, false);
  return rest;
}

/** There and back. */
async function journey(misdeed: Misdeed = {}) {
  const browser = newBrowser(server);
  idp.misdeed = { claims: honest(server.clock.now()), ...misdeed };
  const answer = await comeBack(browser, await idp.visit(await begin(browser, 'evil')));
  return { browser, answer };
}

describe('a provider in trouble gets a clear page, and nobody in:', () => {
  const big = JSON.stringify({ filler: 'x'.repeat(300_000) });
  const elsewhere = () => ({ location: `${other.issuer}/.well-known/openid-configuration` });
  const troubles: readonly [
    what: string,
    instead: () => Misdeed['instead'],
    reason: string,
    atStart?: boolean,
  ][] = [
    ['it hangs up at discovery', () => ({ [discovery]: hangsUp }), 'unreachable', true],
    ['it has a fault at discovery', () => ({ [discovery]: answers(500, 'oops') }), 'bad-status', true],
    ['it answers too much at discovery', () => ({ [discovery]: answers(200, big) }), 'too-large', true],
    [
      'it leads elsewhere at discovery',
      () => ({ [discovery]: answers(302, '', elsewhere()) }),
      'redirected',
      true,
    ],
    ['it hangs up when a code is redeemed', () => ({ '/token': hangsUp }), 'unreachable'],
    ['it has a fault when a code is redeemed', () => ({ '/token': answers(503) }), 'bad-status'],
    ['it answers too much when a code is redeemed', () => ({ '/token': answers(200, big) }), 'too-large'],
    [
      'it leads elsewhere when a code is redeemed',
      () => ({ '/token': answers(307, '', elsewhere()) }),
      'redirected',
    ],
    [
      'it says that it is busy',
      () => ({ '/token': answers(400, '{"error":"temporarily_unavailable"}') }),
      'error-there',
    ],
    ['its keys cannot be had', () => ({ '/jwks': hangsUp }), 'unreachable'],
    ['its keys are too many', () => ({ '/jwks': answers(200, big) }), 'unreachable'],
    [
      'its keys are elsewhere',
      () => ({ '/jwks': answers(302, '', { location: `${other.issuer}/jwks` }) }),
      'unreachable',
    ],
  ];
  for (const [what, instead, reason, atStart = false] of troubles) {
    test(what, async () => {
      const before = await kept();
      const browser = newBrowser(server);
      const misdeed = { claims: honest(server.clock.now()) };
      if (atStart) {
        idp.misdeed = { ...misdeed, instead: instead() ?? {} };
        const { status, body } = await browser.call('beginFederatedSignIn', { params: { provider: 'evil' } });
        assert.deepEqual([status, body.code], [503, 'provider_unreachable']);
      } else {
        idp.misdeed = misdeed;
        const back = await idp.visit(await begin(browser, 'evil'));
        idp.misdeed = { ...misdeed, instead: instead() ?? {} };
        const answer = await comeBack(browser, back);
        assert.equal(answer.status, 503);
        assert.match(await answer.text(), /Provider evil cannot be reached at the moment/);
      }
      assert.equal((await lastRefusal(server)).reason, reason);
      assert.deepEqual(await kept(), before);
      // It recovers, and so does everything.
      server.clock.advance(31_000);
      const { answer } = await journey();
      assert.equal(answer.status, 303);
    });
  }

  test('the sign-in page says so, and keeps the other ways open', async () => {
    const browser = newBrowser(server);
    const back = await idp.visit(await begin(browser, 'evil'));
    idp.misdeed = { instead: { '/token': hangsUp } };
    const html = await (await comeBack(browser, back)).text();
    assert.match(html, /name="password"/);
    assert.match(html, /Sign in with <bdi>Provider other/);
  });

  test('while it cannot be asked, what it said before holds', async () => {
    assert.equal((await journey()).answer.status, 303);
    server.clock.advance(2 * 3_600_000);
    idp.misdeed = { instead: { [discovery]: hangsUp } };
    assert.equal((await journey({ instead: { [discovery]: hangsUp } })).answer.status, 303);
  });

  test('many who come at once make one question', async () => {
    idp.asked.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => begin(newBrowser(server), 'evil')));
    assert.deepEqual(idp.asked, [discovery]);
  });

  test('who asks again at once makes none', async () => {
    idp.misdeed = { instead: { [discovery]: hangsUp } };
    const ask = () => newBrowser(server).call('beginFederatedSignIn', { params: { provider: 'evil' } });
    await ask();
    idp.asked.length = 0;
    assert.equal((await ask()).status, 503);
    assert.deepEqual(idp.asked, []);
  });
});
