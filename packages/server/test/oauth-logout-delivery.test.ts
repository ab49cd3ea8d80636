import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SessionId, SigningAlgorithm, UserId } from '@argus/contract';
import { deliverLogouts, endExpiredSessions, forgetWhatExpired } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { importClientKeys, verifyLogoutToken } from '@argus/tokens';
import fc from 'fast-check';
import { nextTryAt } from '../src/oauth/logout/deliver-logout.ts';
import { accept, heardOf, type LogoutReceiver, listenForLogouts } from './logout-receiver.ts';
import {
  addTenant,
  claimsIn,
  eventsOf,
  type Holder,
  headerOf,
  letIn,
  newHolder,
  setClientStatus,
  tamperedWith,
} from './oauth-holders.ts';
import { issuerOf, openProvider, registerClient } from './oauth-stage.ts';

const hour = 3_600_000;
/** Real time: long enough for a request on this machine, however busy. */
const patientMs = 10_000;
let server: TestServer;
let receiver: LogoutReceiver;

before(async () => {
  server = await openProvider();
  receiver = await listenForLogouts();
  await registerClient(server, 'app', { backchannelLogoutUri: receiver.uri('/app') });
  await registerClient(server, 'second-app', {
    backchannelLogoutUri: receiver.uri('/second-app'),
    idTokenAlgorithm: 'ES256',
  });
  await registerClient(server, 'silent-app');
});
after(async () => {
  await receiver[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const services = () => server.argus.services;

async function signOut({ browser }: Holder): Promise<void> {
  await browser.call('endSession');
}

/** A person whose session ended, and who had let these clients in. */
async function signedOutOf(...clientIds: string[]): Promise<Holder> {
  const holder = await newHolder(server);
  for (const clientId of clientIds) await letIn(server, holder, clientId);
  await signOut(holder);
  return holder;
}

async function waiting(): Promise<number> {
  const { rows } = await services().store.pool.query('SELECT count(*)::int AS n FROM logout_deliveries');
  return rows[0].n;
}

async function counted(outcome: string): Promise<number> {
  const { values } = await services().metrics.logouts.get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

describe('a delivery', () => {
  test('goes to each client that holds a grant and wants to hear, and says which session of whom ended', async () => {
    const bystander = await newHolder(server);
    await letIn(server, bystander, 'app');
    const holder = await signedOutOf('app', 'app', 'second-app', 'silent-app');
    assert.equal(await deliverLogouts(services(), patientMs), 2);
    const heard = heardOf(receiver, holder);
    assert.deepEqual(heard.map(({ path }) => path).sort(), ['/app', '/second-app']);
    const now = Math.floor(server.clock.now() / 1000);
    for (const { path, token, headers } of heard) {
      const { iss, aud, sub, sid, iat, exp, events, jti, ...rest } = claimsIn(token);
      assert.deepEqual(
        [iss, aud, sub, sid, iat, exp],
        [issuerOf(server), path.slice(1), holder.userId, holder.sessionId, now, now + 120],
      );
      assert.deepEqual(events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
      assert.ok(jti);
      assert.deepEqual(rest, {}, 'no nonce, nothing else');
      assert.equal(headerOf(token).typ, 'logout+jwt');
      assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
    }
    assert.equal(await deliverLogouts(services(), patientMs), 0, 'once is enough');
    assert.equal(heardOf(receiver, bystander).length, 0);
  });

  test('is signed by a published key with the algorithm of the client, and a change of it is noticed', async () => {
    const holder = await signedOutOf('app', 'second-app');
    await deliverLogouts(services(), patientMs);
    const jwks = await (await fetch(new URL('/.well-known/jwks.json', issuerOf(server)))).json();
    const imported = importClientKeys(jwks);
    assert.ok(imported.ok);
    const algorithms: Record<string, SigningAlgorithm> = { '/app': 'RS256', '/second-app': 'ES256' };
    for (const { path, token } of heardOf(receiver, holder)) {
      assert.equal(headerOf(token).alg, algorithms[path]);
      const expect = { issuer: issuerOf(server), audience: path.slice(1), now: server.clock.now() };
      assert.equal(verifyLogoutToken(imported.keys, token, expect).ok, true);
      for (const claims of [{ sid: 'another' }, { sub: 'another' }, { aud: 'silent-app' }]) {
        const changed = verifyLogoutToken(imported.keys, tamperedWith(token, claims), expect);
        assert.equal(changed.ok ? 'good' : changed.rejection, 'bad-signature');
      }
      const foreign = verifyLogoutToken(imported.keys, token, { ...expect, audience: 'silent-app' });
      assert.equal(foreign.ok ? 'good' : foreign.rejection, 'wrong-audience');
    }
  });

  test('follows every end of a session: by an administrator, of its person, by a limit that passed', async () => {
    const { store, clock } = services();
    const by = { actor: 'operator' };
    const ends: readonly ((holder: Holder) => Promise<unknown>)[] = [
      ({ sessionId }) => {
        const change = {
          kind: 'end-session',
          reason: 'ended-by-administrator',
          at: clock.now(),
          by,
        } as const;
        const changes = [{ ...change, sessionId: sessionId as SessionId }];
        return store.commit({ tenant: 'default', changes, events: [] });
      },
      ({ userId }) => {
        const change = {
          kind: 'end-sessions-of-user',
          reason: 'user-disabled',
          at: clock.now(),
          by,
        } as const;
        const changes = [{ ...change, userId: userId as UserId }];
        return store.commit({ tenant: 'default', changes, events: [] });
      },
      () => {
        server.clock.advance(hour);
        return endExpiredSessions(services(), { place: null });
      },
    ];
    for (const end of ends) {
      const holder = await newHolder(server);
      await letIn(server, holder, 'app');
      await end(holder);
      await deliverLogouts(services(), patientMs);
      assert.equal(heardOf(receiver, holder).length, 1);
    }
  });

  test('is told in the audit log and counted', async () => {
    const before = await counted('delivered');
    const holder = await signedOutOf('app');
    await deliverLogouts(services(), patientMs);
    const [event] = await eventsOf(server, 'logout.delivered');
    assert.deepEqual(
      [event?.actor, event?.userId, event?.sessionId, event?.details],
      ['system', holder.userId, holder.sessionId, { clientId: 'app', attempts: 1 }],
    );
    assert.equal(await counted('delivered'), before + 1);
    const page = await (await fetch(new URL('/metrics', issuerOf(server)))).text();
    assert.match(page, /argus_logout_deliveries_total\{outcome="delivered"\} \d+/);
  });

  test('of another tenant goes to the clients of that tenant alone', async () => {
    const tenant = await addTenant(server, 'delivery-other');
    const far = receiver.uri('/far-app');
    await registerClient(server, 'far-app', { tenant, backchannelLogoutUri: far });
    const holder = await signedOutOf('app');
    await deliverLogouts(services(), patientMs);
    assert.deepEqual(
      heardOf(receiver, holder).map(({ path }) => path),
      ['/app'],
    );
  });
});

describe('a client that does not take it', () => {
  test('that is down hears of it when it is up again, at the latest after the pause', async () => {
    const gone = await listenForLogouts();
    const { port } = gone;
    await gone[Symbol.asyncDispose]();
    await registerClient(server, 'down-app', { backchannelLogoutUri: `http://127.0.0.1:${port}/bye` });
    const holder = await signedOutOf('down-app');
    assert.equal(await deliverLogouts(services(), patientMs), 1);
    assert.equal(await deliverLogouts(services(), patientMs), 0, 'not again at once');
    server.clock.advance(9_999);
    assert.equal(await deliverLogouts(services(), patientMs), 0);
    server.clock.advance(2_501);
    assert.equal(await deliverLogouts(services(), patientMs), 1);
    await using back = await listenForLogouts(accept, port);
    server.clock.advance(25_000);
    assert.equal(await deliverLogouts(services(), patientMs), 1);
    assert.equal(heardOf(back, holder).length, 1);
    const [event] = await eventsOf(server, 'logout.delivered');
    assert.deepEqual(event?.details, { clientId: 'down-app', attempts: 3 });
    assert.equal(await waiting(), 0);
  });

  test('that refuses, redirects or babbles is asked again, with a fresh token of the same name', async () => {
    const answers = [
      { status: 500 },
      { status: 400 },
      { status: 302, location: '/elsewhere' },
      { status: 201 },
      { status: 204 },
    ];
    let next = 0;
    await using moody = await listenForLogouts((_heard, response) => {
      const { status, location } = answers[next] ?? { status: 200 };
      next += 1;
      response.writeHead(status, location ? { location } : {});
      // A body without end: whoever read it would never be done.
      if (status === 500) response.write('x'.repeat(1_000_000));
      else response.end();
    });
    await registerClient(server, 'moody-app', { backchannelLogoutUri: moody.uri() });
    await signedOutOf('moody-app');
    for (const _ of answers) {
      assert.equal(await deliverLogouts(services(), patientMs), 1);
      server.clock.advance(hour);
    }
    assert.equal(await waiting(), 0);
    assert.deepEqual(new Set(moody.heard.map(({ path }) => path)), new Set(['/bye']));
    const claims = moody.heard.map(({ token }) => claimsIn(token));
    assert.equal(claims.length, answers.length);
    assert.equal(new Set(claims.map(({ jti }) => jti)).size, 1);
    assert.equal(new Set(claims.map(({ iat }) => iat)).size, answers.length);
  });

  test('that hangs holds up nobody else, and is left after the timeout', async () => {
    await using hanging = await listenForLogouts(() => undefined);
    await registerClient(server, 'hanging-app', { backchannelLogoutUri: hanging.uri() });
    const putOff = await counted('put-off');
    const holder = await signedOutOf('hanging-app', 'app');
    const others = receiver.next();
    const running = deliverLogouts(services(), 2_000);
    await others;
    assert.equal(await running, 2);
    assert.equal(heardOf(receiver, holder).length, 1);
    assert.equal(await counted('put-off'), putOff + 1);
    await setClientStatus(server, 'hanging-app', 'disabled');
    server.clock.advance(hour);
    await forgetWhatExpired(services());
    assert.equal(await waiting(), 0);
  });

  test('for a day is given up, and the audit log says so', async () => {
    await using broken = await listenForLogouts((_heard, response) => void response.writeHead(503).end());
    await registerClient(server, 'broken-app', { backchannelLogoutUri: broken.uri() });
    const holder = await signedOutOf('broken-app');
    let tries = 0;
    for (; (await waiting()) > 0 && tries < 100; tries += 1) {
      assert.equal(await deliverLogouts(services(), patientMs), 1);
      server.clock.advance(1.25 * hour);
    }
    assert.ok(tries >= 20 && tries < 60, `${tries} tries`);
    assert.equal(broken.heard.length, tries);
    const [event] = await eventsOf(server, 'logout.failed');
    assert.deepEqual(
      [event?.sessionId, event?.reason, event?.details],
      [holder.sessionId, 'answered-503', { clientId: 'broken-app', attempts: tries }],
    );
    assert.equal(await counted('given-up'), 1);
  });

  test('is called over plain http on this machine only', async () => {
    await using exposed = await listenForLogouts();
    // The same machine under a name that is not a loopback one.
    await registerClient(server, 'exposed-app', { backchannelLogoutUri: `http://0.0.0.0:${exposed.port}/` });
    const putOff = await counted('put-off');
    await signedOutOf('exposed-app');
    await deliverLogouts(services(), patientMs);
    assert.equal(exposed.heard.length, 0);
    assert.equal(await counted('put-off'), putOff + 1);
    await setClientStatus(server, 'exposed-app', 'disabled');
    server.clock.advance(hour);
    await forgetWhatExpired(services());
  });

  test('because it was disabled meanwhile is told nothing any more', async () => {
    await registerClient(server, 'leaving-app', { backchannelLogoutUri: receiver.uri('/leaving') });
    const holder = await signedOutOf('leaving-app');
    await setClientStatus(server, 'leaving-app', 'disabled');
    assert.equal(await deliverLogouts(services(), patientMs), 0);
    assert.equal(heardOf(receiver, holder).length, 0);
    await forgetWhatExpired(services());
    assert.equal(await waiting(), 0);
  });
});

test('pauses double from ten seconds to an hour, stretched by a quarter at most, for a day', () => {
  const createdAt = 1_700_000_000_000;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 0, max: 25 * hour }),
      fc.uint8Array({ minLength: 2, maxLength: 2 }),
      (attempts, after, chance) => {
        const now = createdAt + after;
        const at = nextTryAt({ attempts, createdAt }, now, { bytes: () => Buffer.from(chance) });
        const shortest = Math.min(10_000 * 2 ** (attempts - 1), hour);
        if (at === null) assert.ok(after + shortest * 1.25 > 24 * hour);
        else {
          assert.ok(at - now >= shortest && at - now <= shortest * 1.25);
          assert.ok(at - createdAt <= 24 * hour);
        }
      },
    ),
  );
});
