import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEventAnswer } from '@argus/contract';
import { balanced, type Policy } from '@argus/core';
import { type Clock, systemRandom } from '@argus/server';
import { testDatabase } from '@argus/testing/database';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { loadPage } from '../src/page-files.ts';
import { createOneOriginApp } from './one-origin-app.ts';

export const password = 'correct horse battery staple';

/** Notes and Argus on one origin and the real clock, and what an operator and a newcomer may ask of them. */
export interface Stage extends AsyncDisposable {
  readonly origin: string;
  /** Argus's clock; browsers keep their own. */
  readonly clock: Clock & { skip(ms: number): void };
  stopArgus(): Promise<void>;
  startArgus(): Promise<void>;
  /** A person nobody has seen before. */
  newPerson(): Promise<string>;
  /** The audit log of one person, oldest first. */
  auditOf(email: string): Promise<AuditEventAnswer[]>;
  /** The newest session of one person, ended on an operator's word. */
  endSessionOf(email: string): Promise<void>;
  /** Why the newest ended session of one person ended. */
  endReasonOf(email: string): Promise<string | undefined>;
}

export interface ShortLives {
  readonly accessSeconds?: number;
  readonly idleSeconds?: number | null;
}

const onOneOrigin = {
  base: '',
  signIn: '/sign-in?returnTo=/',
  signUp: '/sign-up',
  account: '/account',
  hasPasskeys: true,
};

/** Real time that can be moved forward, since a browser's timers and cookies know no other. */
export function movableClock(): Stage['clock'] {
  let skippedMs = 0;
  return {
    now: () => Date.now() + skippedMs,
    skip(ms) {
      skippedMs += ms;
    },
  };
}

export async function openStage(lives: ShortLives = {}): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const clock = movableClock();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => close(server));
  const origin = `http://localhost:${portOf(server)}`;
  const database = stack.use(await testDatabase());
  const start = (port: number) =>
    startTestServer({
      databaseUrl: database.url,
      dataDir: mkdtempSync(join(tmpdir(), 'argus-notes-')),
      config: { issuer: origin, port, trustedProxies: ['127.0.0.1/32', '::1/128'] },
      // A second start must not repeat the first one's ids, so chance is real.
      parts: { clock, random: systemRandom(clock), passwords: cheapPasswords, policy: policyWith(lives) },
    });
  let argus: TestServer = await start(0);
  stack.defer(() => argus[Symbol.asyncDispose]());
  const argusUrl = argus.url;
  server.on(
    'request',
    createOneOriginApp({
      issuer: origin,
      argusUrl,
      origin,
      page: await loadPage(onOneOrigin),
      now: clock.now,
    }),
  );
  let people = 0;
  return {
    origin,
    clock,
    async stopArgus() {
      await argus[Symbol.asyncDispose]();
    },
    async startArgus() {
      argus = await start(Number(new URL(argusUrl).port));
    },
    async newPerson() {
      people += 1;
      const email = `person${people}@example.org`;
      const body = JSON.stringify({ email, password, name: `Person ${people}` });
      const headers = { origin, 'content-type': 'application/json' };
      const answer = await fetch(`${origin}/api/sign-up`, { method: 'POST', body, headers });
      if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status}`);
      return email;
    },
    async auditOf(email) {
      const { events } = await operate(argus, `audit-events?limit=100&userId=${await idOf(argus, email)}`);
      return (events as AuditEventAnswer[]).reverse(); // as the contract says
    },
    async endSessionOf(email) {
      const { sessions } = await operate(argus, `sessions?userId=${await idOf(argus, email)}`);
      await operate(argus, `sessions/${(sessions as { id: string }[])[0]?.id}`, 'DELETE'); // as the contract says
    },
    async endReasonOf(email) {
      const { sessions } = await operate(argus, `sessions?state=ended&userId=${await idOf(argus, email)}`);
      return (sessions as { endReason: string }[])[0]?.endReason; // as the contract says
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function policyWith({
  accessSeconds = balanced.tokens.accessSeconds,
  idleSeconds = balanced.session.idleSeconds,
}: ShortLives): Policy {
  return {
    ...balanced,
    session: { ...balanced.session, idleSeconds },
    tokens: { ...balanced.tokens, accessSeconds },
  };
}

async function idOf(argus: TestServer, email: string): Promise<string> {
  const { users } = await operate(argus, `users?email=${encodeURIComponent(email)}`);
  const id = (users as { id: string }[])[0]?.id; // as the contract says
  if (!id) throw new Error(`Argus does not know ${email}`);
  return id;
}

/** What `argus users|sessions|audit` does: the key from the data directory, straight to Argus. */
async function operate(
  { url, operatorKeyFile }: TestServer,
  path: string,
  method = 'GET',
): Promise<Record<string, unknown>> {
  const authorization = `Bearer ${readFileSync(operatorKeyFile, 'utf8').trim()}`;
  const answer = await fetch(`${url}/admin/v1/${path}`, { method, headers: { authorization } });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>); // JSON of the contract
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // it listens on TCP
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
