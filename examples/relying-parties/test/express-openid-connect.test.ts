import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { createApp } from '../src/express-openid-connect.ts';
import { forgetCookies, type Road, signedIn, testRoad } from './road.ts';
import { eventually, openStage, type Stage } from './stage.ts';

let browser: Browser;
let stage: Stage;
let url: string;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage({ accessSeconds: 2 })]);
  url = await stage.place();
  // The library sends its base URL after a sign-out, without a slash.
  await stage.open(createApp(await stage.declare('web', url, { postLogoutRedirectUris: [url] })), url);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

const road: Road = {
  library: 'express-openid-connect',
  scene: () => ({ browser, stage, url }),
  press: (page, what) => page.getByRole('link', { name: what }).click(),
  forget: forgetCookies,
};
testRoad(road);
testRoad({ ...road, manners: { javaScriptEnabled: false } });

describe('a session at express-openid-connect', () => {
  test('goes on with new tokens when the old ones end, in two tabs at once too', async () => {
    await using visitor = await signedIn(road);
    const { page, context, person } = visitor;
    const second = await context.newPage();
    const greeting = second.getByRole('heading', { name: `Welcome, ${person.name}`, exact: true });
    for (const round of [1, 2, 3]) {
      await eventually(`refresh ${round}`, async () => {
        await Promise.all([page.goto(url), second.goto(url)]);
        await Promise.all([visitor.isGreeted(), greeting.waitFor()]);
        return (await stage.eventsOf(person.email, 'session.refreshed')).length >= round;
      });
    }
    // Two tabs show the same token; the second is given its answer once more, and nobody is taken for a thief.
    const types = (await stage.eventsOf(person.email)).map(({ type }) => type);
    assert.ok(!types.includes('session.reuse-detected') && !types.includes('session.ended'), types.join(' '));
  });

  test('is over when Argus ends it', async () => {
    await using visitor = await signedIn(road);
    await stage.endSessionsOf(visitor.person.email);
    await visitor.page.goto(url);
    await visitor.isAsked();
  });
});
