import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Stage } from './stage.ts';
import { type Manners, type Visitor, visit } from './visitor.ts';

/** An application on a stage, as its tests prepared it. */
export interface Scene {
  readonly browser: Browser;
  readonly stage: Stage;
  /** Where the application is. */
  readonly url: string;
}

export interface Road {
  readonly library: string;
  readonly scene: () => Scene;
  readonly manners?: Manners;
  /** Press what signs in or out. */
  press(page: Page, what: 'Sign in' | 'Sign out'): Promise<void>;
  /** Make the application forget, and Argus not. */
  forget(visitor: Visitor, url: string): Promise<void>;
}

/** Somebody new who is signed in at the application. */
export async function signedIn({ scene, manners, press }: Road): Promise<Visitor> {
  const { browser, stage, url } = scene();
  const visitor = await visit(browser, stage, manners);
  await visitor.page.goto(url);
  await visitor.isUnknown();
  await press(visitor.page, 'Sign in');
  await visitor.signIn();
  await visitor.decide('Allow');
  await visitor.isGreeted();
  // Nothing of the answer stays in the address.
  assert.equal(visitor.page.url(), `${url}/`);
  return visitor;
}

/** What every application must be able to do with nothing but a stock library. */
export function testRoad(road: Road): void {
  const { library, scene, manners, press } = road;
  const how = manners?.javaScriptEnabled === false ? ', without JavaScript,' : '';
  describe(`a person at ${library}${how}`, () => {
    test('signs in, and the next time without being asked', async () => {
      await using visitor = await signedIn(road);
      visitor.pagesSeen();
      await road.forget(visitor, scene().url);
      await visitor.isUnknown();
      await press(visitor.page, 'Sign in');
      await visitor.isGreeted();
      assert.deepEqual(visitor.pagesSeen(), []);
    });

    test('signs out of both, and is led back', async () => {
      await using visitor = await signedIn(road);
      await press(visitor.page, 'Sign out');
      await visitor.isUnknown();
      assert.equal(visitor.page.url(), `${scene().url}/`);
      await press(visitor.page, 'Sign in');
      await visitor.isAsked();
    });

    test('says no, and the application hears it', async () => {
      const { browser, stage, url } = scene();
      await using visitor = await visit(browser, stage, manners);
      await visitor.page.goto(url);
      await press(visitor.page, 'Sign in');
      await visitor.signIn();
      await visitor.decide('Do not allow');
      await visitor.page.getByRole('heading', { name: 'That did not work' }).waitFor();
      await visitor.page.goto(url);
      await visitor.isUnknown();
    });
  });
}

/** The way of applications on a server: they forget when their own cookies are gone. */
export async function forgetCookies({ page, context }: Visitor, url: string): Promise<void> {
  await context.clearCookies({ domain: new URL(url).hostname });
  await page.goto(url);
}
