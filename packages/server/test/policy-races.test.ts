import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { SessionId } from '@argus/contract';
import { enforcePolicies } from '@argus/server';
import { changePolicy, savePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { otherNode, rowOf } from './enforcement-stage.ts';
import { openService, type Service, signed } from './service-stage.ts';
import { openStage, password, refresh, someone } from './stage.ts';

const minute = 60_000;
/** More where there is time for it (`npm run test:long`). */
const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 60);

let server: TestServer;
/** Another node, which learns of a policy by itself. */
let node: TestServer;
let service: Service;
before(async () => {
  server = await openStage();
  node = await openStage(otherNode(server));
  service = await openService(server, 'racing-app');
});
after(async () => {
  await node[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** What the other node does for a session while the policy changes here. */
type Rival = (browser: UserAgent, sessionId: SessionId) => Promise<unknown>;

const rivals: Readonly<Record<string, Rival>> = {
  'a refresh': (browser) => refresh(browser, 0),
  'a report of activity': (_browser, sid) => reportOf(sid),
};

function reportOf(sid: SessionId): Promise<Response> {
  const to = new Date(server.clock.now()).toISOString();
  const entry = { sid, at: to, routeClass: 'notes', method: 'GET', status: '2xx', requests: 1, bytesOut: 1 };
  const json = { batch: randomUUID(), from: to, to, entries: [entry] };
  return signed(node, service, { method: 'POST', path: '/service/v1/activity', json }).send(node);
}

for (const [what, rival] of Object.entries(rivals)) {
  test(`${what} that races a tighter policy never makes the session longer again`, async () => {
    await changePolicy(server, { session: { absoluteHours: 2_000 } });
    const { browser, sessionId } = await someone(server);
    const there = userAgent(node);
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    let came = 0;
    for (let round = 0; round < rounds; round += 1) {
      const idleMinutes = 20 + (round % 2 === 0 ? 0 : -5);
      server.clock.advance(11_000);
      const before = await rowOf(server, sessionId);
      await Promise.all([
        rival(there, sessionId),
        changePolicy(server, { session: { idleMinutes, absoluteHours: 2_000 } }),
      ]);
      while ((await enforcePolicies(server.argus.services)) > 0);
      const row = await rowOf(server, sessionId);
      assert.equal(row.state, 'active');
      const most = row.last_active_at + idleMinutes * minute;
      assert.ok(row.idle_expires_at <= most, `round ${round}: ${row.idle_expires_at - most} ms too long`);
      if (row.last_active_at > before.last_active_at) came += 1;
      // The next round begins with a session that could be made shorter.
      await changePolicy(server, { session: { absoluteHours: 2_000 } });
      await refresh(there, 0);
    }
    assert.ok(came > rounds / 2, `what was done counted in ${came} rounds`);
  });
}

test('a session that begins while a tighter policy comes has its limits', async () => {
  const { email } = await someone(server);
  for (let round = 0; round < rounds / 3; round += 1) {
    const idleMinutes = 20 + (round % 2 === 0 ? 0 : -5);
    const body = { identifier: email, password };
    const [signedIn] = await Promise.all([
      userAgent(node).call('signIn', { body }),
      savePolicy(server, { session: { idleMinutes } }),
    ]);
    while ((await enforcePolicies(server.argus.services)) > 0);
    assert.equal(signedIn.status, 200);
    const row = await rowOf(server, signedIn.body.session.id);
    assert.ok(row.idle_expires_at <= row.last_active_at + idleMinutes * minute, `round ${round}`);
    await changePolicy(server, {});
  }
});
