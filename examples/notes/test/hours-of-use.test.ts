import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, Page } from 'playwright-core';
import { type GatewayStage, openGatewayStage, openTabOf, signInFrom } from './gateway-stage.ts';
import { eventually, writeNote } from './person.ts';

/** With lives of five minutes this many of them are an hour. */
const lives = 12;
/** The shortest life that leaves a client its pause of two seconds between refreshes. */
const accessSeconds = 4;

let browser: Browser;
let stage: GatewayStage;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openGatewayStage({ accessSeconds })]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

test('an hour of work in three tabs, with Argus restarted in between: a stated pause and no interruption', async () => {
  const context = await browser.newContext();
  const refusals: string[] = [];
  context.on('response', (response) => {
    if (response.status() >= 400) refusals.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  const first = await context.newPage();
  await signInFrom(first, stage, await stage.newPerson());
  refusals.length = 0; // who comes for the first time is told so
  const tabs = [first, await openTabOf(context, stage), await openTabOf(context, stage)];
  const begunAt = stage.clock.now();
  const isOver = () => stage.clock.now() - begunAt > lives * accessSeconds * 1000;
  let isAway = false;
  const paused = new Set<string>();
  const working = Promise.all(
    tabs.map((page, at) => work(page, `tab ${at}`, { isOver, isAway: () => isAway, paused })),
  );
  await eventually('half of the time', async () => isOver() || stage.clock.now() - begunAt > 20_000, 60);
  isAway = true;
  // A click that meets the pause is told so and must be made again; here nobody clicks just then.
  await eventually('all tabs pause', async () => paused.size === tabs.length, 30);
  await stage.stopArgus();
  const says = tabs.map((page) => page.getByText('Argus cannot be reached'));
  await Promise.any(says.map((each) => each.waitFor({ timeout: 20_000 })));
  await stage.startArgus();
  // The pause is over when no tab says it any more: a refresh that began in it is shared by whoever clicks meanwhile.
  await Promise.all(says.map((each) => each.waitFor({ state: 'hidden' })));
  isAway = false;
  const rounds = await working;
  assert.ok(Math.min(...rounds) >= lives, `all tabs kept working: ${rounds}`);
  for (const page of tabs) {
    await page.reload();
    await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  }
  // The pause: told as unavailable, to requests of its time only.
  assert.deepEqual(
    refusals.filter((line) => !line.startsWith('503 ')),
    [],
  );
  await context.close();
});

interface Times {
  isOver(): boolean;
  isAway(): boolean;
  /** Who has stopped working for it. */
  readonly paused: Set<string>;
}

/** Writes and deletes notes, but for the pause, and says how often. */
async function work(page: Page, name: string, { isOver, isAway, paused }: Times): Promise<number> {
  let rounds = 0;
  while (!isOver()) {
    if (isAway()) {
      paused.add(name);
      await page.waitForTimeout(200);
      continue;
    }
    await writeNote(page, `${name} ${rounds}`);
    await page.getByRole('button', { name: `Delete: ${name} ${rounds}`, exact: true }).click();
    await page
      .getByRole('listitem')
      .filter({ hasText: `${name} ${rounds}` })
      .waitFor({ state: 'detached' });
    rounds += 1;
  }
  return rounds;
}
