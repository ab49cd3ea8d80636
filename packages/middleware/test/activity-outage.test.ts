import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type ActivityStage,
  accountedFor,
  activityStage,
  requestOf,
  settled,
  sidOf,
  sumOf,
} from './activity-stage.ts';

/** In requests, at any time. */
function assertExact({ activity, reports }: ActivityStage, recorded: number): void {
  const { sent, lost, waiting, ...state } = activity.state();
  assert.equal(state.recorded, recorded);
  assert.equal(sent.requests + sent.sampled + lost.requests + waiting.requests, recorded, 'state');
  const accounted = accountedFor(reports);
  assert.deepEqual([accounted.told, accounted.sampled], [sent.requests, sent.sampled], 'what Argus was told');
  assert.ok(accounted.lost <= lost.requests, 'declared losses');
}

/** So many different entries in each second. */
async function busy(stage: ActivityStage, { seconds, perSecond }: { seconds: number; perSecond: number }) {
  for (let second = 0; second < seconds; second += 1) {
    for (let n = 0; n < perSecond; n += 1) stage.activity.record(requestOf(second * perSecond + n));
    await stage.pass(1_000);
  }
}

describe('while Argus cannot be reached', () => {
  test('for a minute, nothing is lost or coarser at 400 entries a second', async () => {
    const stage = activityStage();
    stage.goDown();
    await busy(stage, { seconds: 60, perSecond: 400 });
    assert.equal(stage.activity.state().trouble, 'unreachable');
    stage.answer = null;
    await stage.pass(31_000);
    const { waiting, trouble } = stage.activity.state();
    assert.deepEqual([waiting.requests, trouble], [0, null], 'it recovers by itself within half a minute');
    assert.deepEqual(accountedFor(stage.reports), { told: 24_000, sampled: 0, lost: 0 });
    assert.ok(stage.reports.every(({ detail }) => detail === 'route'));
    assert.equal(
      sumOf(stage.reports, ({ entries }) => entries.length),
      24_000,
    );
  });

  test('for long, it tells less finely, then of fewer, and at last counts what it loses', async () => {
    const stage = activityStage({ mostBatches: 16 });
    stage.goDown();
    const grains: string[] = [];
    for (let second = 0; second < 200; second += 1) {
      await busy(stage, { seconds: 1, perSecond: 300 });
      const { detail, factor, waiting } = stage.activity.state();
      const grain = `${detail} ${factor}`;
      if (grains.at(-1) !== grain) grains.push(grain);
      assert.ok(waiting.batches <= 16 && waiting.bytes <= 16 * 65_536);
    }
    assert.deepEqual(grains, ['route 1', 'session 1', 'session 4', 'session 16']);
    stage.answer = null;
    await stage.pass(60_000);
    stage.activity.record(requestOf(1));
    await stage.activity.flush();
    assertExact(stage, 60_001);
    const { told, sampled, lost } = accountedFor(stage.reports);
    assert.ok(told > 0 && sampled > 0 && lost > 0);
    assert.equal(told + sampled + lost, 60_001, 'Argus knows of every one');
    assert.deepEqual(stage.activity.state().detail, 'route', 'and it tells finely again');
  });

  test('for longer than Argus would take it, what is too old is lost and counted', async () => {
    const stage = activityStage();
    stage.goDown();
    stage.activity.record(requestOf(1));
    await stage.pass(21 * 60_000);
    stage.answer = null;
    stage.activity.record(requestOf(2));
    assert.equal(await stage.activity.flush(), true);
    assert.deepEqual(accountedFor(stage.reports), { told: 1, sampled: 0, lost: 1 });
    assertExact(stage, 2);
  });

  test('it is asked less and less often, at most every half minute', async () => {
    const stage = activityStage();
    stage.goDown();
    stage.activity.record(requestOf(1));
    await stage.pass(600_000);
    assert.ok(
      stage.texts.length > 15 && stage.texts.length < 60,
      `${stage.texts.length} tries in ten minutes`,
    );
    for (const wait of stage.pending()) assert.ok(wait <= 30_000);
    assert.equal(new Set(stage.texts).size, 1, 'with the same batch, byte for byte');
  });
});

describe('of sessions, under pressure,', () => {
  test('each is told whole or not at all in one window, and others in the next', async () => {
    const stage = activityStage({ mostBatches: 4 });
    stage.goDown();
    for (let n = 0; n < 4; n += 1) {
      stage.activity.record(requestOf(9_000 + n));
      await stage.activity.flush();
    }
    const drawn: string[][] = [];
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 3_200; n += 1) stage.activity.record(requestOf(n % 320));
      await stage.activity.flush();
    }
    stage.answer = null;
    await stage.activity.flush();
    for (const { detail, sampling, entries } of stage.reports) {
      if (sampling?.factor !== 16) continue;
      assert.equal(detail, 'session');
      assert.ok(entries.every(({ requests, routeClass }) => requests === 10 && routeClass === undefined));
      assert.equal(sumOf(entries, ({ requests }) => requests) + (sampling?.requests ?? 0), 3_200);
      drawn.push(entries.map(({ sid }) => sid));
    }
    assert.equal(drawn.length, 2);
    assert.ok(
      drawn.every(({ length }) => length > 3 && length < 60),
      'about one in sixteen of 320',
    );
    assert.notDeepEqual(drawn[0], drawn[1]);
  });
});

describe('an answer', () => {
  const patience = { ok: false, failure: 'refused', retryAfterSeconds: 17 } as const;
  for (const status of [429, 503])
    test(`of ${status} with Retry-After is heeded to the second`, async () => {
      const stage = activityStage();
      stage.answer = { ...patience, status };
      stage.activity.record(requestOf(1));
      await stage.activity.flush();
      await stage.pass(16_999);
      assert.equal(stage.texts.length, 1);
      // More comes, which does not make it hurry.
      for (let n = 0; n < 300; n += 1) stage.activity.record(requestOf(n));
      await settled();
      assert.equal(stage.texts.length, 1);
      stage.answer = null;
      await stage.pass(2_000);
      assert.equal(stage.activity.state().waiting.batches, 0);
    });

  test('that asks for a day of patience gets a minute', async () => {
    const stage = activityStage();
    stage.answer = { ...patience, status: 503, retryAfterSeconds: 86_400 };
    stage.activity.record(requestOf(1));
    await stage.activity.flush();
    assert.ok(stage.pending().every((wait) => wait <= 61_000));
  });

  test('that refuses a batch for ever costs that batch and no other', async () => {
    const stage = activityStage();
    stage.answer = { ok: false, failure: 'refused', status: 400 };
    stage.activity.record(requestOf(1));
    assert.equal(await stage.activity.flush(), true);
    stage.answer = null;
    stage.activity.record(requestOf(2));
    await stage.activity.flush();
    assert.deepEqual(stage.reports[0]?.lost, { entries: 1, requests: 1 });
    assertExact(stage, 2);
  });

  for (const [what, answer] of [
    ['without a signature', { ok: false, failure: 'unsigned', status: 401 }],
    ['that a permission is missing', { ok: false, failure: 'refused', status: 403 }],
  ] as const)
    test(`${what} is no reason to give up: an operator may put it right`, async () => {
      const stage = activityStage();
      stage.answer = answer;
      stage.activity.record(requestOf(1));
      assert.equal(await stage.activity.flush(), false);
      stage.answer = null;
      await stage.pass(2_000);
      assert.deepEqual(accountedFor(stage.reports), { told: 1, sampled: 0, lost: 0 });
    });

  test('that a batch came too late makes it lost', async () => {
    const stage = activityStage();
    stage.answer = { ok: true, status: 200, json: { result: 'untimely', accepted: 0, unknown: 0 } };
    stage.activity.record(requestOf(1));
    await stage.activity.flush();
    stage.answer = null;
    stage.activity.record(requestOf(1));
    await stage.activity.flush();
    assert.deepEqual(accountedFor(stage.reports), { told: 1, sampled: 0, lost: 1 });
  });
});

describe('at the end', () => {
  test('what waits is sent', async () => {
    const stage = activityStage();
    stage.activity.record(requestOf(1));
    await stage.activity.close();
    assert.deepEqual(accountedFor(stage.reports), { told: 1, sampled: 0, lost: 0 });
    assert.deepEqual(stage.pending(), []);
  });

  test('what cannot be sent is counted as lost, and so is what comes later', async () => {
    const stage = activityStage();
    stage.goDown();
    stage.activity.record(requestOf(1));
    await stage.activity.close();
    stage.activity.record(requestOf(1));
    const { lost, waiting } = stage.activity.state();
    assert.deepEqual([lost.requests, waiting.requests], [2, 0]);
    assert.deepEqual(stage.pending(), []);
  });
});

test('a hundred thousand requests while nothing leaves stay within the bounds, and add up', async () => {
  const stage = activityStage({ mostBatches: 32 });
  stage.goDown();
  for (let n = 0; n < 100_000; n += 1) {
    stage.activity.record(
      requestOf(n, { routeClass: `/class-${n % 7}`, actions: n % 3 ? [] : ['notes.read'] }),
    );
    if (n % 997 === 0) {
      await stage.pass(100);
      const { batches, entries, bytes } = stage.activity.state().waiting;
      assert.ok(batches <= 32, `${batches} batches`);
      assert.ok(entries <= (32 + 8) * 256, `${entries} entries`);
      assert.ok(bytes <= 32 * 65_536, `${bytes} bytes`);
    }
  }
  stage.answer = null;
  await stage.pass(61_000);
  stage.activity.record(requestOf(1));
  await stage.activity.flush();
  assertExact(stage, 100_001);
  const { told, sampled, lost } = accountedFor(stage.reports);
  assert.equal(told + sampled + lost, 100_001);
});

test('whatever happens in whatever order, what was told, sampled and lost is what was recorded', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('record' as const), count: fc.nat(400), of: fc.nat(600) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(90_000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  );
  const answers = [
    null,
    { ok: false, failure: 'unreachable' },
    { ok: false, failure: 'refused', status: 429, retryAfterSeconds: 3 },
    { ok: false, failure: 'refused', status: 422 },
    { ok: true, status: 200, json: { result: 'untimely' } },
  ] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 6 }),
      async (steps, mostBatches) => {
        const stage = activityStage({ mostBatches });
        let recorded = 0;
        for (const each of steps) {
          if (each.kind === 'record')
            for (let n = 0; n < each.count; n += 1) {
              stage.activity.record(requestOf(n % (each.of + 1), { isPassive: n % 5 === 0 }));
              recorded += 1;
            }
          else if (each.kind === 'pass') await stage.pass(each.ms);
          else if (each.kind === 'answer') stage.answer = answers[each.which] ?? null;
          else await stage.activity.flush();
          const { waiting } = stage.activity.state();
          assert.ok(waiting.batches <= mostBatches + 1);
        }
        await settled();
        assertExact(stage, recorded);
        stage.answer = null;
        await stage.activity.flush();
        stage.activity.record(requestOf(1));
        await stage.activity.flush();
        assertExact(stage, recorded + 1);
        const { told, sampled, lost } = accountedFor(stage.reports);
        assert.equal(told + sampled + lost, recorded + 1, 'in the end Argus knows of every one');
        const known = new Set(stage.reports.flatMap(({ entries }) => entries.map(({ sid }) => sid)));
        for (const sid of known) assert.ok(sid >= sidOf(0));
      },
    ),
    { numRuns: 60 },
  );
});
