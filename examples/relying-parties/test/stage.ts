import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEventAnswer, ClientSettingsInput } from '@argus/contract';
import { balanced } from '@argus/core';
import { deliverLogouts, systemRandom } from '@argus/server';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer } from '@argus/testing/server';
import type { Person } from '../src/page.ts';
import { listen, type Settings } from '../src/settings.ts';

export const password = 'correct horse battery staple';
/** With the characters of base64, which a library must escape in a header and in a form. */
const clientSecret = 'wZ+4/8fJm0Yv+Tq1/3xN7cKd2LhRb6sGuE9pWaOiVQ0=';

/** Argus at its issuer URL and applications that know nothing else of it. Stock libraries read the real time. */
export interface Stage extends AsyncDisposable {
  readonly issuer: string;
  /** Of Argus. */
  readonly dataDir: string;
  /** Where an application will be: of another site than Argus, so that no cookie strays. */
  place(): Promise<string>;
  /** Declare a client as `argus apply` does, and get what its application is told. */
  declare(id: string, url: string, client: Partial<ClientSettingsInput>): Promise<Settings>;
  /** Have an application listen at its URL. */
  open(app: RequestListener, url: string): Promise<void>;
  /** A person nobody has seen before. */
  newPerson(): Promise<Person>;
  /** What the audit log says of a person, oldest first. */
  eventsOf(email: string, type?: string): Promise<AuditEventAnswer[]>;
  /** Have Argus tell clients of sessions that ended; how many it told. */
  tellOfEnds(): Promise<number>;
  /** End the sessions of a person on an operator's word. */
  endSessionsOf(email: string): Promise<void>;
}

export async function openStage({ accessSeconds = balanced.tokens.accessSeconds } = {}): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const issuer = `http://localhost:${await freePort()}`;
  const clock = { now: () => Date.now() };
  const policy = { ...balanced, tokens: { ...balanced.tokens, accessSeconds } };
  const argus = await startTestServer({
    dataDir: mkdtempSync(join(tmpdir(), 'argus-relying-parties-')),
    config: { issuer, port: Number(new URL(issuer).port), origins: [issuer] },
    parts: { clock, random: systemRandom(clock), passwords: cheapPasswords, policy },
  });
  stack.use(argus);
  const operate = operator(issuer, argus.operatorKeyFile);
  const idOf = async (email: string) =>
    (await operate('GET', `users?email=${encodeURIComponent(email)}`)).users[0].id;
  let people = 0;
  return {
    issuer,
    dataDir: argus.dataDir,
    place: async () => `http://127.0.0.1:${await freePort()}`,
    async declare(id, url, client) {
      const isPublic = client.type === 'public';
      const declared = {
        id,
        name: `Application ${id}`,
        type: 'confidential',
        redirectUris: [`${url}/callback`],
        postLogoutRedirectUris: [`${url}/`],
        ...(isPublic ? {} : { secret: clientSecret }),
        ...client,
      };
      await operate('POST', 'apply', { clients: [declared] });
      return { issuer, clientId: id, clientSecret: isPublic ? '' : clientSecret, url };
    },
    async open(app, url) {
      const server = await listen(app, url);
      stack.defer(() => {
        server.closeAllConnections();
        server.close();
      });
    },
    async newPerson() {
      people += 1;
      const person = { email: `person${people}@example.org`, name: `Person <${people}>` };
      await operate('POST', 'apply', { users: [{ ...person, password }] });
      return person;
    },
    async eventsOf(email, type) {
      const query = type === undefined ? '' : `&type=${type}`;
      const { events } = await operate('GET', `audit-events?limit=100&userId=${await idOf(email)}${query}`);
      return events.reverse();
    },
    tellOfEnds: () => deliverLogouts(argus.argus.services),
    async endSessionsOf(email) {
      const { sessions } = await operate('GET', `sessions?userId=${await idOf(email)}`);
      for (const { id } of sessions) await operate('DELETE', `sessions/${id}`);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** What `argus apply|users|sessions` do: the key from the data directory, straight to Argus. */
function operator(issuer: string, keyFile: string) {
  const authorization = `Bearer ${readFileSync(keyFile, 'utf8').trim()}`;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of many shapes
  return async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await fetch(`${issuer}/admin/v1/${path}`, {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.status === 204 ? {} : answer.json();
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo; // it listens on TCP
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Wait until `look` gives something, at most 20 seconds. */
export async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let left = 400; left > 0; left -= 1) {
    if (await look()) return;
    await pause(50);
  }
  throw new Error(`${what} did not happen`);
}
