import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { activityBounds, routeClassForm } from '@argus/contract';
import { activityStage, client, personOf, requestOf, settled, sidOf, sumOf } from './activity-stage.ts';

describe('what one session does is added up', () => {
  test('by route class, method and class of status, with the last time, bytes, records and actions', async () => {
    const { activity, clock, reports } = activityStage();
    activity.record(requestOf(1, { bytesOut: 10, records: 2, actions: ['notes.exported'] }));
    clock.advance(1_500);
    activity.record(
      requestOf(1, { status: 206, bytesOut: 5, records: 1, actions: ['notes.exported', 'mail.sent'] }),
    );
    activity.record(requestOf(1, { status: 404 }));
    activity.record(requestOf(1, { method: 'DELETE' }));
    activity.record(requestOf(1, { routeClass: '/notes' }));
    activity.record(requestOf(2));
    assert.equal(await activity.flush(), true);
    const [report, ...more] = reports;
    assert.equal(more.length, 0);
    assert.equal(report?.detail, 'route');
    assert.deepEqual([report?.from, report?.to], ['2026-01-05T09:00:00.000Z', '2026-01-05T09:00:01.500Z']);
    assert.deepEqual(report?.entries[0], {
      sid: sidOf(1),
      at: '2026-01-05T09:00:01.500Z',
      routeClass: '/notes/:id',
      method: 'GET',
      status: '2xx',
      requests: 2,
      bytesOut: 15,
      records: 3,
      actions: [
        { name: 'notes.exported', count: 2 },
        { name: 'mail.sent', count: 1 },
      ],
    });
    assert.equal(report?.entries.length, 5);
  });

  test('apart from what nobody was there for', async () => {
    const { activity, reports } = activityStage();
    activity.record(requestOf(1, { isPassive: true }));
    activity.record(requestOf(1));
    await activity.flush();
    assert.deepEqual(
      reports[0]?.entries.map(({ passive, requests }) => [passive, requests]),
      [
        [true, 1],
        [undefined, 1],
      ],
    );
  });

  test('and clients that act by themselves have no session to tell of', async () => {
    const { activity, texts } = activityStage();
    activity.record(requestOf(1, { principal: client }));
    assert.equal(await activity.flush(), true);
    assert.deepEqual([texts.length, activity.state().recorded], [0, 0]);
  });
});

describe('names', () => {
  const given: readonly [what: string, routeClass: string | undefined, told: string][] = [
    ['the pattern of a route', '/notes/:id', '/notes/:id'],
    ['a name of the application', 'notes.read', 'notes.read'],
    ['nothing', undefined, 'other'],
    ['a path with a UUID', '/notes/01990000-0003-7000-8000-000000000001', 'other'],
    ['a path with a number', '/users/84213/notes', 'other'],
    ['a path with an address', '/users/ada@example.org', 'other'],
    ['a path with a token', `/invitations/${'aB3_'.repeat(10)}`, 'other'],
    ['a query', '/notes?q=secret', 'other'],
    ['what is too long', `/${'a'.repeat(100)}`, 'other'],
  ];
  for (const [what, routeClass, told] of given)
    test(`${what} is told as ${told}`, async () => {
      const { activity, reports } = activityStage();
      activity.record(requestOf(1, { routeClass }));
      await activity.flush();
      assert.equal(reports[0]?.entries[0]?.routeClass, told);
    });

  test('an application that names its requests one by one fills Argus with 500 names and no more', async () => {
    const { activity, reports } = activityStage();
    for (let n = 0; n < 2_000; n += 1)
      activity.record(requestOf(1, { routeClass: `/page-${n.toString(26)}/x` }));
    await activity.flush();
    const told = new Set(reports.flatMap(({ entries }) => entries.map(({ routeClass = '' }) => routeClass)));
    assert.ok(told.size <= 501 && told.has('other'));
    for (const name of told) assert.match(name, routeClassForm);
  });

  test('of actions eight count apart, and names that are none count as other', async () => {
    const { activity, reports } = activityStage();
    const names = Array.from({ length: 20 }, (_, n) => `action-${n}`);
    activity.record(requestOf(1, { actions: [...names, 'Not A Name', '<script>'] }));
    await activity.flush();
    const actions = reports[0]?.entries[0]?.actions ?? [];
    assert.equal(actions.length, activityBounds.actions);
    assert.deepEqual(actions.at(-1), { name: 'other', count: 15 });
    assert.equal(
      sumOf(actions, ({ count }) => count),
      22,
    );
  });

  test('methods and statuses that HTTP does not have are told as such', async () => {
    const { activity, reports } = activityStage();
    activity.record(requestOf(1, { method: 'PROPFIND', status: 999, bytesOut: Number.NaN, records: -5 }));
    await activity.flush();
    const [entry] = reports[0]?.entries ?? [];
    assert.deepEqual(
      [entry?.method, entry?.status, entry?.bytesOut, entry?.records],
      ['OTHER', '5xx', 0, undefined],
    );
  });
});

describe('a batch is sent', () => {
  test('within five seconds, and not before half of them', async () => {
    const { activity, pass, reports } = activityStage();
    activity.record(requestOf(1));
    await pass(2_499);
    assert.equal(reports.length, 0);
    await pass(2_501);
    assert.equal(reports.length, 1);
  });

  test('when it is full, without waiting', async () => {
    const { activity, reports } = activityStage();
    for (let n = 0; n < 4_097; n += 1) activity.record(requestOf(n));
    await settled();
    assert.equal(reports.length, 16);
    assert.ok(reports.every(({ entries }) => entries.length === 256));
    assert.equal(await activity.flush(), true);
    assert.equal(
      sumOf(reports, ({ entries }) => entries.length),
      4_097,
    );
  });

  test('as many as it takes, and a session adds up for all of five seconds', async () => {
    const { activity, clock, reports } = activityStage();
    for (let second = 0; second < 5; second += 1) {
      for (let n = 0; n < 2_000; n += 1) activity.record(requestOf(n));
      clock.advance(999);
    }
    await activity.flush();
    assert.deepEqual([reports.length, sumOf(reports, ({ entries }) => entries.length)], [8, 2_000]);
    assert.ok(reports.every(({ entries }) => entries.every(({ requests }) => requests === 5)));
  });

  test('of 64 KiB at most, whatever names and numbers are in it', async () => {
    const { activity, texts, reports } = activityStage();
    for (let n = 0; n < 2_000; n += 1) {
      const routeClass = `/${String.fromCharCode(97 + (n % 26)).repeat(98)}`;
      const actions = Array.from({ length: n % 9 }, (_, place) => `${'x'.repeat(62)}.${place}`);
      const large = { bytesOut: Number.MAX_SAFE_INTEGER, records: Number.MAX_SAFE_INTEGER, isPassive: true };
      activity.record(requestOf(n % 700, { routeClass, method: 'OPTIONS', actions, ...large }));
    }
    await activity.flush();
    assert.ok(texts.length > 4);
    for (const text of texts)
      assert.ok(Buffer.byteLength(text) <= 65_536, `${Buffer.byteLength(text)} bytes`);
    assert.equal(
      sumOf(reports, ({ entries }) => sumOf(entries, ({ requests }) => requests)),
      2_000,
    );
  });

  test('of five seconds at most, though nothing woke the process in between', async () => {
    const { activity, clock, reports } = activityStage();
    activity.record(requestOf(1));
    clock.advance(60_000);
    activity.record(requestOf(1));
    await activity.flush();
    assert.deepEqual(
      reports.map(({ from, to }) => Date.parse(to) - Date.parse(from)),
      [0, 0],
    );
  });

  test('never when nothing happened', async () => {
    const { activity, pass, texts } = activityStage();
    await pass(60_000);
    assert.equal(await activity.flush(), true);
    assert.equal(texts.length, 0);
  });
});

test('nothing that an application hands over makes it throw', async () => {
  const { activity, reports } = activityStage();
  const record: (request: never) => void = activity.record;
  for (const odd of [undefined, null, {}, { principal: null }, { ...requestOf(1), actions: [7] }, 'GET /'])
    record(odd as never);
  const person = { ...personOf(1), sessionId: 'no uuid' as never };
  activity.record(requestOf(1, { principal: person }));
  activity.record(requestOf(1));
  await activity.flush();
  assert.equal(
    sumOf(reports, ({ entries }) => entries.length),
    1,
  );
});
