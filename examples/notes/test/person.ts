import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { password, type Stage } from './stage.ts';

/** Sign in on the hosted page and arrive where it leads. */
export async function signIn(page: Page, stage: Stage, email: string, returnTo = '/'): Promise<void> {
  await page.goto(`${stage.origin}/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${stage.origin}${returnTo}`);
}

/** Write a note and see it in the list. */
export async function writeNote(page: Page, text: string): Promise<void> {
  await page.getByLabel('New note').fill(text);
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('listitem').filter({ hasText: text }).waitFor();
}

/** Wait until `look` gives something, at most `seconds`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  seconds = 20,
): Promise<T> {
  for (let left = seconds * 20; left > 0; left -= 1) {
    const seen = await look();
    if (seen) return seen;
    await pause(50);
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}
