import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ActivityCounts, cookieNames, type TenantId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { Argus, PersonPrincipal, RecordedRequest } from '../src/index.ts';
import { sumOf } from './activity-stage.ts';
import {
  guardWith,
  linkTo,
  openArgus,
  operatorHeaders,
  registerService,
  type SignedIn,
  signedIn,
} from './link-stage.ts';

const second = 1_000;
const minute = 60 * second;

let server: TestServer;
let argus: Argus;
before(async () => {
  server = await openArgus();
  argus = linkTo(server, await registerService(server, 'notes-api'));
});
after(async () => {
  await argus.close();
  await server[Symbol.asyncDispose]();
});

/** As a timer of a page does, that nobody sits before. */
async function refreshByTimer({ browser }: SignedIn): Promise<number> {
  return (await browser.call('refreshSession', { body: {} })).status;
}

/** A request with the newest cookie, let in at the door of the application and recorded there. */
async function use(person: SignedIn, changes: Partial<RecordedRequest> = {}): Promise<void> {
  const cookie = `${cookieNames.access}=${person.browser.cookies.get(cookieNames.access)}`;
  const request = new Request('http://app.example/notes', { headers: { cookie } });
  const verdict = await guardWith(server, argus).check(request);
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason);
  const { principal } = verdict;
  argus.activity.record({
    principal,
    routeClass: 'notes',
    method: 'GET',
    status: 200,
    bytesOut: 10,
    ...changes,
  });
}

interface Shown {
  readonly state: string;
  readonly lastActiveAt: string;
  readonly idleExpiresAt: string;
  readonly absoluteExpiresAt: string;
  readonly activity: ActivityCounts | null;
}

async function shown({ sessionId }: SignedIn): Promise<Shown> {
  const answer = await argus.client.call({ method: 'GET', path: `/service/v1/sessions/${sessionId}` });
  assert.ok(answer.ok);
  return answer.json as Shown; // what the contract says
}

async function idleLeftSeconds(person: SignedIn): Promise<number> {
  return (Date.parse((await shown(person)).idleExpiresAt) - server.clock.now()) / second;
}

function report(link: Argus, sid: string, changes: Record<string, unknown> = {}) {
  const at = new Date(server.clock.now()).toISOString();
  const entry = { sid, at, routeClass: 'notes', method: 'GET', status: '2xx', requests: 1, bytesOut: 1 };
  const json = { batch: randomUUID(), from: at, to: at, entries: [entry], ...changes };
  return link.client.call({ method: 'POST', path: '/service/v1/activity', json });
}

function isReport(input: unknown): boolean {
  return typeof input === 'string' && input.endsWith('/activity');
}

/** Only what one answer holds. */
async function jsonOf(asked: ReturnType<typeof report>): Promise<unknown> {
  const answer = await asked;
  return answer.ok ? answer.json : answer;
}

describe('a session', () => {
  test('lives for as long as the application is used, though its page only renews by a timer', async () => {
    const [busy, idle, polling] = [await signedIn(server), await signedIn(server), await signedIn(server)];
    for (let passed = 4; passed <= 60; passed += 4) {
      server.clock.advance(4 * minute);
      const isOver = passed >= 30;
      assert.deepEqual(
        [await refreshByTimer(busy), await refreshByTimer(idle), await refreshByTimer(polling)],
        [200, isOver ? 401 : 200, isOver ? 401 : 200],
        `after ${passed} minutes`,
      );
      await use(busy);
      if (!isOver) await use(polling, { isPassive: true });
      assert.equal(await argus.activity.flush(), true);
    }
    assert.equal((await busy.browser.call('getSession')).status, 200);
    assert.equal(await idleLeftSeconds(busy), 30 * 60);
    const { activity } = await shown(polling);
    assert.equal(activity?.requests, 7, 'what nobody was there for is counted, and keeps nothing alive');
  });

  test('is kept by what happened a second before its idle limit, and by nothing from then on', async () => {
    const [saved, lost] = [await signedIn(server), await signedIn(server)];
    server.clock.advance(30 * minute - second);
    assert.deepEqual(await jsonOf(report(argus, saved.sessionId)), {
      result: 'counted',
      accepted: 1,
      unknown: 0,
    });
    server.clock.advance(second);
    await report(argus, lost.sessionId);
    await report(argus, saved.sessionId);
    assert.equal(await idleLeftSeconds(saved), 30 * 60 - 1, 'one second more is not worth a write');
    assert.equal(await idleLeftSeconds(lost), 0);
    assert.equal((await lost.browser.call('refreshSession', { body: { idleSeconds: 0 } })).status, 401);
  });

  test('moves by the time of the event: a late report moves it less, a premature one no further than now', async () => {
    const person = await signedIn(server);
    server.clock.advance(10 * minute);
    const at = (agoMs: number) => new Date(server.clock.now() - agoMs).toISOString();
    const entry = {
      sid: person.sessionId,
      routeClass: 'x',
      method: 'GET',
      status: '2xx',
      requests: 1,
      bytesOut: 0,
    };
    const reportAt = (time: string) =>
      report(argus, person.sessionId, { from: time, to: time, entries: [{ ...entry, at: time }] });
    await reportAt(at(4 * minute));
    assert.equal(await idleLeftSeconds(person), 26 * 60);
    await reportAt(at(9 * minute));
    assert.equal(await idleLeftSeconds(person), 26 * 60, 'and never back');
    await reportAt(at(-30 * second));
    assert.equal(await idleLeftSeconds(person), 30 * 60);
    assert.equal((await shown(person)).activity?.lastAt, at(0));
  });

  test('never outlives its absolute limit', async () => {
    const person = await signedIn(server);
    const { absoluteExpiresAt } = await shown(person);
    for (let passed = 0; passed < 12 * 60 - 20; passed += 20) {
      server.clock.advance(20 * minute);
      await report(argus, person.sessionId);
    }
    assert.equal((await shown(person)).idleExpiresAt, absoluteExpiresAt);
    server.clock.advance(20 * minute);
    await report(argus, person.sessionId);
    assert.equal((await shown(person)).idleExpiresAt, absoluteExpiresAt);
    assert.equal((await person.browser.call('getSession')).status, 401);
  });

  test('that has ended stays so, and what was done before is counted', async () => {
    const person = await signedIn(server);
    await use(person);
    await person.browser.call('endSession');
    await argus.activity.flush();
    const { state, activity, idleExpiresAt } = await shown(person);
    assert.deepEqual([state, activity?.requests], ['ended', 1]);
    assert.equal(Date.parse(idleExpiresAt) - server.clock.now(), 30 * minute);
  });
});

describe('a batch', () => {
  test('whose answer was lost is sent again and counts once', async () => {
    const person = await signedIn(server);
    let lostReplies = 0;
    const losing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!isReport(input) || lostReplies > 0) return response;
      lostReplies += 1;
      throw new TypeError('the reply was lost');
    };
    await using link = linkTo(server, await registerService(server, 'unlucky-api'), { fetch: losing });
    const principal = { kind: 'person', sessionId: person.sessionId } as PersonPrincipal;
    link.activity.record({ principal, method: 'GET', status: 200, bytesOut: 7 });
    assert.equal(await link.activity.flush(), false);
    assert.equal(await link.activity.flush(), true);
    assert.deepEqual([lostReplies, link.activity.state().sent.requests], [1, 1]);
    const { activity } = await shown(person);
    assert.deepEqual([activity?.requests, activity?.bytesOut], [1, 7]);
  });

  test('counts once among ten at once, and apart from one of that name by another service', async () => {
    const person = await signedIn(server);
    const batch = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => jsonOf(report(argus, person.sessionId, { batch }))),
    );
    const results = answers.map((answer) => (answer as { result: string }).result);
    assert.deepEqual(results.toSorted(), ['counted', ...Array.from({ length: 9 }, () => 'repeated')]);
    await using second = linkTo(server, await registerService(server, 'second-api'));
    assert.deepEqual(await jsonOf(report(second, person.sessionId, { batch })), {
      result: 'counted',
      accepted: 1,
      unknown: 0,
    });
    assert.equal((await shown(person)).activity?.requests, 2);
  });

  test('of ten that tell of one session at once counts whole', async () => {
    const person = await signedIn(server);
    await Promise.all(Array.from({ length: 10 }, () => report(argus, person.sessionId)));
    assert.equal((await shown(person)).activity?.requests, 10);
  });

  test('too old, or ahead of time, counts nowhere', async () => {
    const person = await signedIn(server);
    for (const awayMs of [-30 * minute - second, minute + second]) {
      const at = new Date(server.clock.now() + awayMs).toISOString();
      const told = await jsonOf(report(argus, person.sessionId, { from: at, to: at, entries: [] }));
      assert.deepEqual(told, { result: 'untimely', accepted: 0, unknown: 0 });
    }
    assert.equal((await shown(person)).activity, null);
  });

  test('that does not keep to the contract is refused, signed', async () => {
    const { sessionId } = await signedIn(server);
    const now = server.clock.now();
    const time = (ms: number) => new Date(now + ms).toISOString();
    const entry = {
      sid: sessionId,
      at: time(0),
      routeClass: 'x',
      method: 'GET',
      status: '2xx',
      requests: 1,
      bytesOut: 0,
    };
    const wrong: Record<string, unknown>[] = [
      { from: time(-5_001) },
      { from: time(1) },
      { entries: [{ ...entry, at: time(1) }] },
      { entries: [{ ...entry, routeClass: '/notes?q=secret' }] },
      { entries: [{ ...entry, routeClass: undefined }] },
      { detail: 'session' },
      { entries: [{ ...entry, actions: [{ name: 'Drop Table', count: 1 }] }] },
      { entries: [{ ...entry, requests: 0 }] },
      { entries: [{ ...entry, sid: 'somebody' }] },
      { entries: Array.from({ length: 257 }, () => entry) },
      { sampling: { factor: 1, requests: 0 } },
      { surprise: true },
    ];
    for (const changes of wrong) {
      const answer = await report(argus, sessionId, changes);
      assert.deepEqual(answer, { ok: false, failure: 'refused', status: 400 }, JSON.stringify(changes));
    }
  });

  test('of a service without the permission is refused, and so is one that is too large', async () => {
    const { sessionId } = await signedIn(server);
    await using link = linkTo(
      server,
      await registerService(server, 'deaf-api', { permissions: ['sessions'] }),
    );
    assert.deepEqual(await jsonOf(report(link, sessionId)), { ok: false, failure: 'refused', status: 403 });
    const large = await report(argus, sessionId, { surprise: 'x'.repeat(65_536) });
    assert.deepEqual([large.ok, large.status], [false, 413]);
  });
});

test('a service of another tenant learns and moves nothing', async () => {
  const tenant = 'acme' as TenantId;
  const { store, clock } = server.argus.services;
  const change = { kind: 'create-tenant', id: tenant, at: clock.now() } as const;
  await store.commit({ tenant, changes: [change], events: [] });
  await using theirs = linkTo(server, await registerService(server, 'acme-api', { tenant }), { tenant });
  const person = await signedIn(server);
  server.clock.advance(10 * minute);
  const before = await shown(person);
  assert.deepEqual(await jsonOf(report(theirs, person.sessionId)), {
    result: 'counted',
    accepted: 0,
    unknown: 1,
  });
  assert.deepEqual(await jsonOf(report(theirs, randomUUID())), {
    result: 'counted',
    accepted: 0,
    unknown: 1,
  });
  assert.deepEqual(await shown(person), before);
});

test('administrators see what was reported of sessions, and who reads the stream sees what is', async () => {
  const reader = server.argus.services.activity.subscribe();
  const person = await signedIn(server);
  await use(person, { bytesOut: 1_000, records: 20, actions: ['notes.exported'] });
  await argus.activity.flush();
  const { argus: running } = server;
  for await (const { tenant, serviceId, events } of reader) {
    assert.deepEqual([tenant, serviceId, events.length], ['default', 'notes-api', 1]);
    assert.deepEqual(events[0]?.actions, [{ name: 'notes.exported', count: 1 }]);
    break;
  }
  const headers = await operatorHeaders(server);
  const { body } = await person.browser.call('adminListSessions', {
    headers,
    query: { userId: person.userId },
  });
  const lastAt = new Date(server.clock.now()).toISOString();
  assert.deepEqual(body.sessions[0].activity, {
    requests: 1,
    bytesOut: 1_000,
    records: 20,
    actions: 1,
    lastAt,
  });
  assert.match(await running.services.metrics.page(), /argus_activity_extensions_total [1-9]/);
});

describe('while Argus cannot be reached', () => {
  let isUp = true;
  const flaky: typeof fetch = (input, init) =>
    isUp || !isReport(input) ? fetch(input, init) : Promise.reject(new TypeError('refused'));

  /** 400 different entries in each second. */
  async function busy(link: Argus, seconds: number): Promise<SignedIn[]> {
    const people = await Promise.all([1, 2, 3, 4].map(() => signedIn(server)));
    isUp = false;
    for (let passed = 0; passed < seconds; passed += 1) {
      for (let n = 0; n < 400; n += 1) {
        const principal = { kind: 'person', sessionId: people[n % 4]?.sessionId } as PersonPrincipal;
        const routeClass = `/class-${Math.floor(n / 4)}`;
        link.activity.record({ principal, routeClass, method: 'GET', status: 200, bytesOut: 3 });
      }
      server.clock.advance(second);
    }
    await link.activity.flush();
    isUp = true;
    return people;
  }

  const countedFor = async (people: readonly SignedIn[]) =>
    sumOf(await Promise.all(people.map(shown)), ({ activity }) => activity?.requests ?? 0);

  test('for a minute, nothing of 400 entries a second is lost', async () => {
    await using link = linkTo(server, await registerService(server, 'patient-api'), { fetch: flaky });
    const people = await busy(link, 60);
    assert.equal(await link.activity.flush(), true);
    const { recorded, sent, lost } = link.activity.state();
    assert.deepEqual([recorded, sent.requests, sent.sampled, lost.requests], [24_000, 24_000, 0, 0]);
    assert.equal(await countedFor(people), 24_000);
  });

  test('whoever answers in its place can ask for patience, and no more than that', async () => {
    const proxy: typeof fetch = async () =>
      new Response('', { status: 503, headers: { 'retry-after': '9' } });
    await using link = linkTo(server, await registerService(server, 'proxied-api'), { fetch: proxy });
    const answer = await report(link, randomUUID());
    assert.deepEqual(answer, { ok: false, failure: 'unsigned', status: 503, retryAfterSeconds: 9 });
  });

  test('an application that ends waits for no longer than it says, and knows what was lost', async () => {
    const hanging: typeof fetch = (input, init) =>
      isReport(input)
        ? new Promise((_resolve, reject) => {
            init?.signal?.addEventListener('abort', () => reject(new TypeError('given up')));
          })
        : fetch(input, init);
    const link = linkTo(server, await registerService(server, 'ending-api'), { fetch: hanging });
    const principal = { kind: 'person', sessionId: randomUUID() as string } as PersonPrincipal;
    link.activity.record({ principal, method: 'GET', status: 200, bytesOut: 1 });
    await link.activity.close(20);
    await link.close();
    const { lost, waiting, sent } = link.activity.state();
    assert.deepEqual([lost.requests, waiting.requests, sent.requests], [1, 0, 0]);
  });

  test('for longer than it has room for, what was lost is counted here and there', async () => {
    const service = await registerService(server, 'cramped-api');
    await using link = linkTo(server, service, { fetch: flaky, activityBatches: 4 });
    const people = await busy(link, 120);
    assert.equal(await link.activity.flush(), true);
    const [person] = people;
    const principal = { kind: 'person', sessionId: person?.sessionId } as PersonPrincipal;
    link.activity.record({ principal, method: 'GET', status: 200, bytesOut: 1 });
    assert.equal(await link.activity.flush(), true);
    const { recorded, sent, lost, waiting } = link.activity.state();
    assert.equal(recorded, 48_001);
    assert.equal(sent.requests + sent.sampled + lost.requests + waiting.requests, recorded);
    assert.ok(lost.requests > 0);
    assert.equal(await countedFor(people), sent.requests);
    const page = await server.argus.services.metrics.page();
    const told = /argus_activity_untold_requests_total\{why="lost"\} (\d+)/.exec(page)?.[1];
    assert.equal(Number(told), lost.requests);
  });
});
