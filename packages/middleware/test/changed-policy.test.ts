import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import { changePolicy, endEarlyOnes } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import type { Argus, Protection } from '../src/index.ts';
import {
  guardWith,
  linkTo,
  openArgus,
  registerService,
  type SignedIn,
  signedIn,
  until,
  untilLive,
} from './link-stage.ts';

const second = 1_000;
const minute = 60 * second;
/** Clocks may differ by so much. */
const forgivenMs = 5 * second;

let server: TestServer;
let argus: Argus;
let guard: Protection;
before(async () => {
  server = await openArgus();
  argus = linkTo(server, await registerService(server, 'notes-api'));
  guard = guardWith(server, argus);
});
after(async () => {
  await argus.close();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => changePolicy(server, {}));

async function reasonFor(request: Request): Promise<string> {
  const verdict = await guard.check(request);
  return verdict.ok ? 'let in' : verdict.reason;
}

/** Time goes on, and the link hears a heartbeat that is as new. */
async function pass(ms: number): Promise<void> {
  server.clock.advance(ms);
  await untilLive(argus);
}

/** With the cookie that the browser holds now. */
function requestOf({ browser }: SignedIn): Request {
  const cookie = `${cookieNames.access}=${browser.cookies.get(cookieNames.access)}`;
  return new Request('http://app.example/notes', { headers: { cookie } });
}

test('a session that a tighter policy ends is refused at once, whatever its token says', async () => {
  const person = await signedIn(server);
  await pass(3 * minute);
  assert.equal(await reasonFor(person.request()), 'let in');
  const other = await signedIn(server);
  await changePolicy(server, { session: { idleMinutes: 3 } });
  await until(async () => (await reasonFor(person.request())) === 'ended', 'the API refuses it');
  assert.equal(argus.state().feed, 'live', 'it was told, and did not ask');
  assert.equal(await reasonFor(other.request()), 'let in', 'and nobody else');
});

test('a session that a tighter policy made shorter is refused when it is over, though its token lives on', async () => {
  const person = await signedIn(server);
  await changePolicy(server, { session: { idleMinutes: 3 } });
  await pass(3 * minute - second);
  await endEarlyOnes(server.argus.services);
  assert.equal(await reasonFor(person.request()), 'let in');
  await pass(second);
  await endEarlyOnes(server.argus.services);
  await until(async () => (await reasonFor(person.request())) === 'ended', 'the API refuses it');
  assert.equal(argus.state().feed, 'live', 'it was told, and did not ask');
});

test('a token that is given under a tighter policy says itself when its session is over', async () => {
  const person = await signedIn(server);
  await changePolicy(server, { session: { idleMinutes: 3 } });
  await pass(2 * minute);
  await person.browser.call('refreshSession', { body: {} });
  await pass(minute - second);
  assert.equal(await reasonFor(requestOf(person)), 'let in');
  await pass(second + forgivenMs);
  assert.equal(await reasonFor(requestOf(person)), 'expired');
});
