import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type KeyRecord,
  type KeyRing,
  type KeySchedule,
  type KeyUse,
  openKeyRing,
  planRotation,
  type RotationPlan,
} from '../src/index.ts';
import { keyOf, masterKey, now } from './fixtures.ts';

const day = 86_400_000;
const schedule: KeySchedule = {
  accessAlgorithm: 'RS256',
  rotateEverySeconds: 30 * 86_400,
  jwksCacheSeconds: 300,
  longestTokenSeconds: { access: 300, refresh: 14 * 86_400 },
};

function recordOf(change: Partial<KeyRecord>): KeyRecord {
  const base = { kid: 'k', use: 'access', algorithm: 'RS256', publishedAt: now, signsFromAt: now } as const;
  return { ...base, signsUntilAt: null, removeAfterAt: null, sealed: new Uint8Array(), ...change };
}

const refreshKey = recordOf({ kid: 'r', use: 'refresh', algorithm: 'HS256', signsFromAt: now });

test('the first start makes one key of each use, and both sign at once', () => {
  const times = { publishedAt: now, signsFromAt: now };
  assert.deepEqual(planRotation([], schedule, now), {
    create: [
      { use: 'access', algorithm: 'RS256', ...times },
      { use: 'refresh', algorithm: 'HS256', ...times },
    ],
    change: [],
    remove: [],
  });
});

test('nothing is to do while keys are young', () => {
  const plan = planRotation([recordOf({}), refreshKey], schedule, now + 10 * day);
  assert.deepEqual(plan, { create: [], change: [], remove: [] });
});

test('a successor is published one cache life before it signs, and the old key ends exactly then', () => {
  const publishedAt = now + 30 * day - 300_000;
  assert.deepEqual(planRotation([recordOf({})], schedule, publishedAt - 1).change, []);
  const plan = planRotation(
    [recordOf({}), { ...refreshKey, signsFromAt: publishedAt }],
    schedule,
    publishedAt,
  );
  const signsFromAt = now + 30 * day;
  assert.deepEqual(plan.create, [{ use: 'access', algorithm: 'RS256', publishedAt, signsFromAt }]);
  assert.deepEqual(plan.change, [
    { kid: 'k', signsUntilAt: signsFromAt, removeAfterAt: signsFromAt + 300_000 + 120_000 },
  ]);
});

test('a rotation that comes late still publishes before it signs', () => {
  const late = now + 90 * day;
  const [created] = planRotation([recordOf({}), { ...refreshKey, signsFromAt: late }], schedule, late).create;
  assert.equal(created?.signsFromAt, late + 300_000);
});

test('a forced rotation begins now by the same rules, for both uses', () => {
  const plan = planRotation([recordOf({}), refreshKey], { ...schedule, force: true }, now + day);
  assert.deepEqual(
    plan.create.map((key) => [key.use, key.publishedAt, key.signsFromAt]),
    [
      ['access', now + day, now + day + 300_000],
      ['refresh', now + day, now + day + 300_000],
    ],
  );
});

test('forcing a rotation that is already under way adds no further key', () => {
  const next = recordOf({ kid: 'l', publishedAt: now + day, signsFromAt: now + day + 300_000 });
  const plan = planRotation([recordOf({}), next], { ...schedule, force: true }, now + day + 1000);
  assert.deepEqual(
    plan.create.filter((key) => key.use === 'access'),
    [],
  );
});

test('another algorithm in the configuration is a rotation like any other', () => {
  const plan = planRotation([recordOf({}), refreshKey], { ...schedule, accessAlgorithm: 'ES256' }, now + day);
  const times = { publishedAt: now + day, signsFromAt: now + day + 300_000 };
  assert.deepEqual(plan.create, [{ use: 'access', algorithm: 'ES256', ...times }]);
});

test('a key is removed once every token it signed is dead, not a millisecond earlier', () => {
  const old = recordOf({ kid: 'old', signsUntilAt: now, removeAfterAt: now + day });
  const records = [{ ...old, signsFromAt: now - day }, recordOf({}), refreshKey];
  assert.deepEqual(planRotation(records, schedule, now + day - 1).remove, []);
  assert.deepEqual(planRotation(records, schedule, now + day).remove, ['old']);
});

test('a token life that grew keeps a retired key longer; one that shrank does not shorten it', () => {
  const old = recordOf({
    kid: 'old',
    signsFromAt: now - day,
    signsUntilAt: now,
    removeAfterAt: now + 420_000,
  });
  const changesFor = (access: number) =>
    planRotation(
      [old, recordOf({}), refreshKey],
      { ...schedule, longestTokenSeconds: { access, refresh: 60 } },
      now,
    ).change;
  assert.deepEqual(changesFor(3600), [{ kid: 'old', signsUntilAt: now, removeAfterAt: now + 3_720_000 }]);
  assert.deepEqual(changesFor(60), []);
});

test('with every key ended by hand, a new one signs at once', () => {
  const plan = planRotation([recordOf({ signsUntilAt: now }), refreshKey], schedule, now);
  assert.deepEqual(plan.create, [{ use: 'access', algorithm: 'RS256', publishedAt: now, signsFromAt: now }]);
});

test('a plan repeated after it was carried out asks for nothing more', async () => {
  const cheap = { ...schedule, accessAlgorithm: 'EdDSA' } as const;
  const later = now + 30 * day - 1000;
  const once = await carryOut([], planRotation([], cheap, now));
  const due = planRotation(once, cheap, later);
  assert.equal(due.create.length, 2);
  const twice = await carryOut(once, due);
  assert.deepEqual(planRotation(twice, cheap, later), { create: [], change: [], remove: [] });
});

/** Rotations a day apart, so that a year of them is hundreds, under keys that cost little to make. */
const brisk: KeySchedule = {
  accessAlgorithm: 'EdDSA',
  rotateEverySeconds: 86_400,
  jwksCacheSeconds: 3600,
  longestTokenSeconds: { access: 7200, refresh: 3 * 86_400 },
};

const year = fc.record({
  ticks: fc.array(fc.integer({ min: 60_000, max: day / 2 }), { minLength: 1600, maxLength: 1600 }),
  forcedAt: fc.array(fc.nat({ max: 1599 }), { maxLength: 12 }),
  switchedAt: fc.array(fc.nat({ max: 1599 }), { maxLength: 6 }),
});

test('over a year of ticks, whoever signs was published a cache life ago and every live token finds its key', async () => {
  await fc.assert(
    fc.asyncProperty(year, async ({ ticks, forcedAt, switchedAt }) => {
      let world: World = { records: [], ring: openKeyRing([], masterKey), tokens: [], cache: undefined };
      let at = now;
      let algorithm: KeySchedule['accessAlgorithm'] = 'EdDSA';
      for (const [index, tick] of ticks.entries()) {
        if (switchedAt.includes(index)) algorithm = algorithm === 'EdDSA' ? 'ES256' : 'EdDSA';
        const force = forcedAt.includes(index);
        world = await step(
          world,
          planRotation(world.records, { ...brisk, accessAlgorithm: algorithm, force }, at),
        );
        world = observe(world, at, at === now);
        at += tick;
      }
      assert.ok(at - now > 300 * day, 'the ticks do not add up to a year');
    }),
    { numRuns: 3, seed: 7638 },
  );
});

interface World {
  readonly records: readonly KeyRecord[];
  readonly ring: KeyRing;
  readonly tokens: readonly { kid: string; use: KeyUse; diesAt: number }[];
  /** What a verifier elsewhere last fetched. */
  readonly cache: { readonly kids: readonly string[]; readonly fetchedAt: number } | undefined;
}

async function step(world: World, plan: RotationPlan): Promise<World> {
  if (plan.create.length + plan.change.length + plan.remove.length === 0) return world;
  const records = await carryOut(world.records, plan);
  return { ...world, records, ring: openKeyRing(records, masterKey) };
}

function observe(world: World, at: number, isFirst: boolean): World {
  const kids = world.ring.jwks(at).keys.map((jwk) => jwk.kid);
  assert.ok(kids.length <= 20, `${kids.length} keys are more than a verifier takes`);
  const isStale = world.cache === undefined || at - world.cache.fetchedAt >= brisk.jwksCacheSeconds * 1000;
  const cache = isStale || world.cache === undefined ? { kids, fetchedAt: at } : world.cache;
  const live = world.tokens.filter((token) => token.diesAt > at);
  for (const token of live) {
    assert.ok(world.ring.find(token.kid), 'a live token lost its key');
    if (token.use === 'access') assert.ok(kids.includes(token.kid), 'a live token’s key left the JWKS');
  }
  const issued = (['access', 'refresh'] as const).map((use) => {
    const key = world.ring.signing(use, at);
    const isEarly = at - key.publishedAt < brisk.jwksCacheSeconds * 1000;
    const isEldest = key.publishedAt === now;
    assert.ok(isFirst || isEldest || !isEarly, 'a key signs before others can know it');
    if (use === 'access') assert.ok(cache.kids.includes(key.kid), 'a verifier meets a key it has not seen');
    return { kid: key.kid, use, diesAt: at + brisk.longestTokenSeconds[use] * 1000 };
  });
  return { ...world, tokens: [...live, ...issued], cache };
}

async function carryOut(records: readonly KeyRecord[], plan: RotationPlan): Promise<KeyRecord[]> {
  const kept = records
    .filter((record) => !plan.remove.includes(record.kid))
    .map((record) => ({ ...record, ...plan.change.find((change) => change.kid === record.kid) }));
  const created: KeyRecord[] = [];
  for (const { publishedAt, signsFromAt, algorithm } of plan.create) {
    created.push({ ...(await keyOf(algorithm)), publishedAt, signsFromAt });
  }
  return [...kept, ...created];
}
