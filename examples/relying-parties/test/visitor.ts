import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Person } from '../src/page.ts';
import { password, type Stage } from './stage.ts';

/** A person in front of a browser of their own, between an application and the pages of Argus. */
export interface Visitor extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly person: Person;
  /** Fill in the sign-in page of Argus. */
  signIn(): Promise<void>;
  /** Answer the question whether the application may. */
  decide(decision: 'Allow' | 'Do not allow'): Promise<void>;
  /** See that the application greets this person. */
  isGreeted(): Promise<void>;
  /** See that the application knows nobody. */
  isUnknown(): Promise<void>;
  /** See that Argus knows nobody either and asks who it is. */
  isAsked(): Promise<void>;
  /** The headings of the pages of Argus that stood still since the last look. */
  pagesSeen(): string[];
}

export interface Manners {
  readonly javaScriptEnabled?: boolean;
  /** By default somebody new. */
  readonly person?: Person;
}

export async function visit(
  browser: Browser,
  stage: Stage,
  { person: known, ...options }: Manners = {},
): Promise<Visitor> {
  const person = known ?? (await stage.newPerson());
  const context = await browser.newContext(options);
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const { blocked, seen } = watch(context, stage.issuer);
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  return {
    page,
    context,
    person,
    async signIn() {
      await page.getByLabel('E-mail address').fill(person.email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    },
    decide: (decision) => page.getByRole('button', { name: decision, exact: true }).click(),
    async isGreeted() {
      await heading(`Welcome, ${person.name}`);
      await page.getByText(`Your address is ${person.email}.`, { exact: true }).waitFor();
    },
    isUnknown: () => heading('Welcome, stranger'),
    async isAsked() {
      await page.getByLabel('Password').waitFor();
      assert.equal(new URL(page.url()).origin, stage.issuer);
    },
    pagesSeen: () => seen.splice(0),
    async [Symbol.asyncDispose]() {
      await context.close();
      // A policy that is too strict says so nowhere else: the person presses and nothing happens.
      assert.deepEqual(blocked, []);
    },
  };
}

/** What a content security policy stopped, and the pages of Argus on which a person has to do something. */
function watch(context: BrowserContext, issuer: string): { blocked: string[]; seen: string[] } {
  const blocked: string[] = [];
  const seen: string[] = [];
  context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) blocked.push(message.text());
  });
  context.on('response', (response) => {
    const isPage = response.request().isNavigationRequest() && response.status() < 300;
    const { origin, pathname } = new URL(response.url());
    if (isPage && origin === issuer && !response.headers().refresh) seen.push(pathname);
  });
  return { blocked, seen };
}
