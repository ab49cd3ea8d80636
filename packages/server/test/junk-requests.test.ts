import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import fc from 'fast-check';
import { assertConforms } from './conforms.ts';
import { type Cast, junkRequests, learnFrom, requestOf } from './junk.ts';
import { declareSamples } from './routes.ts';
import { exactly, holdings, openStage, operatorKey, someone } from './stage.ts';

/** More in the long run. */
const runs = Number(process.env.ARGUS_JUNK_RUNS ?? 250);

let server: TestServer;
let cast: Cast;
before(async () => {
  server = await openStage({ config: { trustedProxies: ['127.0.0.1'] } });
  cast = {
    server,
    person: await someone(server),
    target: await someone(server),
    key: await operatorKey(server),
  };
  await declareSamples(server, cast);
  learnFrom(cast);
});
after(() => server[Symbol.asyncDispose]());

/**
 * What strangers cannot touch. Sign-up and recovery are open, and mail a link or a warning to the owner of the address;
 * passwords are counted before they are looked at.
 */
async function sealed(): Promise<unknown> {
  const open = new Set(['users', 'passwords', 'mails', 'links', 'password_tries']);
  return Object.fromEntries(
    Object.entries(await holdings(server, false)).filter(([table]) => !open.has(table)),
  );
}

test('whatever strangers send to any endpoint, the answer is the contract’s and nothing but sign-up and recovery’s mail changes anything', async () => {
  const before = await sealed();
  await fc.assert(
    fc.asyncProperty(junkRequests(['nobody']), async (junk) => {
      assertConforms(junk.name, await exactly(server, requestOf(junk, cast)));
    }),
    { numRuns: runs },
  );
  assert.deepEqual(await sealed(), before);
});

test('whatever people and operators send to any endpoint, the answer is the contract’s', async () => {
  await fc.assert(
    fc.asyncProperty(junkRequests(['person', 'operator', 'operator']), async (junk) => {
      const answer = await exactly(server, requestOf(junk, cast));
      assertConforms(junk.name, answer);
      // Somebody signed out or was disabled: the next request needs a person again.
      const isOver = answer.headers['set-cookie'] || answer.status === 401 || junk.name === 'adminEndSession';
      if (isOver) cast = { ...cast, person: await someone(server), target: await someone(server) };
    }),
    { numRuns: runs, endOnFailure: true },
  );
});

test('after all that a person signs up, signs in and stays signed in', async () => {
  const { browser } = await someone(server);
  assert.equal((await browser.call('getSession')).status, 200);
  assert.equal((await exactly(server, { method: 'GET', path: '/health/ready' })).status, 200);
});
