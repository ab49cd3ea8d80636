import { cookieNames } from '@argus/contract';
import { balanced, type Policy } from '@argus/core';
import { seededRandom } from '@argus/testing/random';
import type { TestServer } from '@argus/testing/server';
import {
  type Ceremony,
  type SoftwareAuthenticator,
  softwareAuthenticator,
} from '@argus/testing/software-authenticator';
import { type TotpApp, totpApp } from '@argus/testing/totp-app';
import type { Reply, UserAgent } from '@argus/testing/user-agent';
import { ownOrigin, type Person, password } from './stage.ts';

/** `balanced`, with another rule for how people prove who they are. */
export function policyWith(change: Partial<Policy['authentication']['factors']>): Policy {
  const { authentication } = balanced;
  return {
    ...balanced,
    authentication: { ...authentication, factors: { ...authentication.factors, ...change } },
  };
}

/** As many calls as are told, 50 at once: more would only wait for the database, and give up on a slow machine. */
export async function inWaves(count: number, call: (at: number) => Promise<Reply>): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (let from = 0; from < count; from += 50) {
    const wave = Array.from({ length: Math.min(50, count - from) }, (_, n) => call(from + n));
    replies.push(...(await Promise.all(wave)));
  }
  return replies;
}

let keys = 0;

/** A key that its person carries, another one each time. */
export function newKey(ceremony: Ceremony = {}): SoftwareAuthenticator {
  keys += 1;
  return softwareAuthenticator({ random: seededRandom(`key ${keys}`), origin: ownOrigin, ...ceremony });
}

export interface WithApp extends Person {
  readonly app: TotpApp;
  readonly recoveryCodes: readonly string[];
}

/** Set an authenticator app up for somebody who has just signed in. */
export async function withApp(server: TestServer, person: Person): Promise<WithApp> {
  const { browser } = person;
  const begun = await browser.call('beginTotp');
  const app = totpApp(begun.body.uri, server);
  const { enrolment } = begun.body;
  const { status, body } = await browser.call('confirmTotp', { body: { enrolment, code: app.code() } });
  if (status !== 201) throw new Error(`enrolment answered ${status}: ${JSON.stringify(body)}`);
  // The first code is used up.
  server.clock.advance(30_000);
  return { ...person, app, recoveryCodes: body.recoveryCodes };
}

/** Set a passkey up for somebody who has just signed in. */
export async function withPasskey(
  person: Person,
  key: SoftwareAuthenticator,
  ceremony: Parameters<SoftwareAuthenticator['register']>[1] = {},
): Promise<Reply> {
  const { body } = await person.browser.call('passkeyOptions');
  const credential = key.register(body.options, ceremony);
  return person.browser.call('addPasskey', { body: { credential } });
}

export function byPassword(browser: UserAgent, email: string): Promise<Reply> {
  return browser.call('signIn', { body: { identifier: email, password } });
}

/** Show a passkey to a sign-in, whether it is its beginning or its second factor. */
export async function byPasskey(
  browser: UserAgent,
  key: SoftwareAuthenticator,
  ceremony: Parameters<SoftwareAuthenticator['authenticate']>[1] = {},
  more: { readonly rememberDevice?: boolean } = {},
): Promise<Reply> {
  const { body } = await browser.call('signInPasskeyOptions');
  const credential = key.authenticate(body.options, ceremony);
  return browser.call('signInWithPasskey', { body: { credential, ...more } });
}

/** Show a passkey to a live session. */
export async function stepUpByPasskey(
  browser: UserAgent,
  key: SoftwareAuthenticator,
  ceremony: Parameters<SoftwareAuthenticator['authenticate']>[1] = {},
): Promise<Reply> {
  const { body } = await browser.call('stepUpOptions');
  const credential = key.authenticate(body.passkey, ceremony);
  return browser.call('stepUpWithPasskey', { body: { credential } });
}

/** What a session claims, as its own tokens tell it to everybody. */
export function claimsOf(browser: UserAgent): Readonly<Record<string, unknown>> {
  const token = browser.cookies.get(cookieNames.access) ?? '';
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}
