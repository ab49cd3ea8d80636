import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { balanced } from '@argus/core';
import { systemRandom } from '@argus/server';
import { testDatabase } from '@argus/testing/database';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import type { BrowserContext, Page } from 'playwright-core';
import { createNotesApp } from '../src/app.ts';
import { behindGateway, loadPage } from '../src/page-files.ts';
import { movableClock, password, type ShortLives, type Stage } from './stage.ts';

/** Argus on `localhost`, Notes behind the session gateway on `127.0.0.1`: two hosts, as in production. */
export interface GatewayStage extends AsyncDisposable, Pick<Stage, 'origin' | 'clock' | 'newPerson'> {
  readonly issuer: string;
  stopArgus(): Promise<void>;
  startArgus(): Promise<void>;
}

const clientSecret = 'the secret of Notes, for tests and longer than needed';

export async function openGatewayStage(lives: ShortLives = {}): Promise<GatewayStage> {
  const stack = new AsyncDisposableStack();
  const clock = movableClock();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => close(server));
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const database = stack.use(await testDatabase());
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const start = () =>
    startTestServer({
      databaseUrl: database.url,
      dataDir: mkdtempSync(join(tmpdir(), 'argus-notes-')),
      config: { issuer, origins: [issuer], port },
      parts: { clock, random: systemRandom(clock), passwords: cheapPasswords, policy: policyWith(lives) },
    });
  let argus: TestServer = await start();
  stack.defer(() => argus[Symbol.asyncDispose]());
  await apply(argus, { clients: [notesAt(origin)] });
  const page = await loadPage(behindGateway(issuer));
  const cookieSecret = 'a secret for the cookies of Notes, for tests';
  server.on('request', createNotesApp({ issuer, origin, clientSecret, cookieSecret, page, now: clock.now }));
  let people = 0;
  return {
    origin,
    issuer,
    clock,
    stopArgus: async () => argus[Symbol.asyncDispose](),
    async startArgus() {
      argus = await start();
    },
    async newPerson() {
      people += 1;
      const email = `person${people}@example.org`;
      await apply(argus, { users: [{ email, name: `Person ${people}`, password }] });
      return email;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Sign in from the page of Notes: over to Argus, and back. */
export async function signInFrom(page: Page, stage: GatewayStage, email: string): Promise<void> {
  await page.goto(stage.origin);
  await page.getByRole('link', { name: /^Sign in/ }).click();
  await page.waitForURL(`${stage.issuer}/sign-in?**`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${stage.origin}/`);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
}

export async function openTabOf(context: BrowserContext, stage: GatewayStage): Promise<Page> {
  const page = await context.newPage();
  await page.goto(stage.origin);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  return page;
}

function notesAt(origin: string) {
  return {
    id: 'notes',
    name: 'Notes',
    type: 'confidential',
    secret: clientSecret,
    consent: 'implicit',
    redirectUris: [`${origin}/auth/callback`],
    postLogoutRedirectUris: [`${origin}/`],
    backchannelLogoutUri: `${origin}/auth/backchannel-logout`,
  };
}

function policyWith({ accessSeconds, idleSeconds }: ShortLives) {
  const { session, tokens } = balanced;
  return {
    ...balanced,
    session: { ...session, idleSeconds: idleSeconds ?? session.idleSeconds },
    tokens: { ...tokens, accessSeconds: accessSeconds ?? tokens.accessSeconds },
  };
}

async function apply({ url, operatorKeyFile }: TestServer, document: object): Promise<void> {
  const authorization = `Bearer ${readFileSync(operatorKeyFile, 'utf8').trim()}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/admin/v1/apply`, {
    method: 'POST',
    headers,
    body: JSON.stringify(document),
  });
  if (!answer.ok) throw new Error(`apply answered ${answer.status}: ${await answer.text()}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const port = portOf(probe);
  await close(probe);
  return port;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // it listens on TCP
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
