import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { createApp } from '../src/passport.ts';
import { forgetCookies, type Road, signedIn, testRoad } from './road.ts';
import { openStage, type Stage } from './stage.ts';
import { visit } from './visitor.ts';

let browser: Browser;
let stage: Stage;
let url: string;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage()]);
  url = await stage.place();
  // The library knows neither PKCE nor the basic scheme.
  const client = { authMethod: 'client_secret_post', requiresPkce: false } as const;
  await stage.open(await createApp(await stage.declare('passport', url, client)), url);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

const road: Road = {
  library: 'passport-openidconnect',
  scene: () => ({ browser, stage, url }),
  press: (page, what) => page.getByRole(what === 'Sign in' ? 'link' : 'button', { name: what }).click(),
  forget: forgetCookies,
};
testRoad(road);
testRoad({ ...road, manners: { javaScriptEnabled: false } });

test('an answer that was meant for another browser is not taken', async () => {
  await using ada = await visit(browser, stage);
  await using mallory = await signedIn(road);
  const answer = mallory.page.waitForRequest((request) => request.url().startsWith(`${url}/callback?`));
  await mallory.page.route(`${url}/callback?*`, (route) => route.abort());
  await mallory.page.goto(`${url}/login`).catch(() => null);
  await ada.page.goto((await answer).url());
  await ada.page.getByRole('heading', { name: 'That did not work' }).waitFor();
  await ada.page.goto(url);
  await ada.isUnknown();
});
