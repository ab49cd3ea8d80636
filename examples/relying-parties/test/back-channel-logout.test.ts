import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import express from 'express';
import openIdConnect, { type ConfigParams } from 'express-openid-connect';
import { MemoryStore } from 'express-session';
import type { Browser } from 'playwright-core';
import { openStage, type Stage } from './stage.ts';
import { type Visitor, visit } from './visitor.ts';

let browser: Browser;
let stage: Stage;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage()]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

type Hooks = Exclude<ConfigParams['backchannelLogout'], boolean | undefined>;

/** An application that never asks Argus again by itself: all that it hears of the end is the logout token. */
async function open(id: string, backchannelLogout: Hooks): Promise<string> {
  const url = await stage.place();
  const backchannelLogoutUri = `${url}/backchannel-logout`;
  const { issuer, clientId, clientSecret } = await stage.declare(id, url, { backchannelLogoutUri });
  const app = express();
  const authorizationParams = { response_type: 'code', scope: 'openid' } as const;
  const own = { baseURL: url, secret: 'of these cookies', authRequired: false };
  app.use(
    openIdConnect.auth({
      ...own,
      issuerBaseURL: issuer,
      clientID: clientId,
      clientSecret,
      authorizationParams,
      backchannelLogout,
    }),
  );
  app.get('/', ({ oidc }, response) => void response.send(oidc.isAuthenticated() ? 'somebody' : 'nobody'));
  await stage.open(app, url);
  return url;
}

async function sees({ page }: Visitor, url: string): Promise<string | null> {
  await page.goto(url);
  return page.textContent('body');
}

/** One person in two browsers, signed in at the application in both; the consent is asked once. */
async function inTwoBrowsers(url: string): Promise<readonly [Visitor, Visitor] & AsyncDisposable> {
  const first = await visit(browser, stage);
  const second = await visit(browser, stage, { person: first.person });
  for (const visitor of [first, second]) {
    await visitor.page.goto(`${url}/login`);
    await visitor.signIn();
    if (visitor === first) await visitor.decide('Allow');
    await visitor.page.getByText('somebody').waitFor();
  }
  const dispose = async () => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  };
  return Object.assign([first, second] as const, { [Symbol.asyncDispose]: dispose });
}

async function signOutAtArgus({ page }: Visitor): Promise<void> {
  await page.goto(`${stage.issuer}/oauth/end_session`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
}

test('express-openid-connect takes our logout token and ends its session, that of a bystander not', async () => {
  const store = new MemoryStore() as object as NonNullable<Hooks['store']>; // the library was made for stores of express-session
  const url = await open('told', { store });
  await using both = await inTwoBrowsers(url);
  await using bystander = await visit(browser, stage);
  await bystander.page.goto(`${url}/login`);
  await bystander.signIn();
  await bystander.decide('Allow');
  await signOutAtArgus(both[0]);
  assert.equal(await sees(both[0], url), 'somebody', 'nobody has told it yet');
  assert.equal(await stage.tellOfEnds(), 1);
  assert.equal(await sees(both[0], url), 'nobody');
  // The token names the session, and the library goes by the person as well.
  assert.equal(await sees(both[1], url), 'nobody');
  assert.equal(await sees(bystander, url), 'somebody');
});

test('with hooks that go by the session alone, the same person stays signed in elsewhere', async () => {
  const ended = new Set<unknown>();
  const url = await open('told-by-session', {
    onLogin: false,
    onLogoutToken: (token) => void ended.add('sid' in token && token.sid),
    isLoggedOut: ({ oidc }) => ended.has(oidc.idTokenClaims?.sid),
  });
  await using both = await inTwoBrowsers(url);
  await signOutAtArgus(both[0]);
  assert.equal(await stage.tellOfEnds(), 1);
  assert.equal(await sees(both[0], url), 'nobody');
  assert.equal(await sees(both[1], url), 'somebody');
});
