import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyRecord, type KeySchedule, planRotation, type RotationPlan } from '../src/index.ts';
import { algorithms, keyOf, now } from './fixtures.ts';

const day = 86_400_000;
/** One line of access keys: what holds for it holds for each. */
const schedule: KeySchedule = {
  accessAlgorithms: ['RS256'],
  rotateEverySeconds: 30 * 86_400,
  jwksCacheSeconds: 300,
  longestTokenSeconds: { access: 300, refresh: 14 * 86_400 },
};

function recordOf(change: Partial<KeyRecord>): KeyRecord {
  const base = { kid: 'k', use: 'access', algorithm: 'RS256', publishedAt: now, signsFromAt: now } as const;
  return { ...base, signsUntilAt: null, removeAfterAt: null, sealed: new Uint8Array(), ...change };
}

const nothing = { create: [], change: [], remove: [], withdraw: [] };
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
    withdraw: [],
  });
});

test('the first start makes a key of every algorithm, published and signing from then on', () => {
  const { create } = planRotation([], { ...schedule, accessAlgorithms: algorithms }, now);
  assert.deepEqual(
    create.map((key) => [key.use, key.algorithm, key.publishedAt, key.signsFromAt]),
    [...algorithms.map((name) => ['access', name, now, now]), ['refresh', 'HS256', now, now]],
  );
});

test('services have a line of keys of their own where their life is named', () => {
  const longestTokenSeconds = { access: 300, refresh: 60, service: 600 };
  const { create } = planRotation([], { ...schedule, longestTokenSeconds }, now);
  assert.deepEqual(create.at(-1), {
    use: 'service',
    algorithm: 'EdDSA',
    publishedAt: now,
    signsFromAt: now,
  });
});

test('nothing is to do while keys are young', () => {
  const plan = planRotation([recordOf({}), refreshKey], schedule, now + 10 * day);
  assert.deepEqual(plan, nothing);
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

test('an algorithm new to the configuration is published before it signs, since others hold a set without it', () => {
  const both = { ...schedule, accessAlgorithms: ['RS256', 'ES256'] } as const;
  const plan = planRotation([recordOf({}), refreshKey], both, now + day);
  const times = { publishedAt: now + day, signsFromAt: now + day + 300_000 };
  assert.deepEqual(plan, { ...nothing, create: [{ use: 'access', algorithm: 'ES256', ...times }] });
});

test('an algorithm taken out of the configuration stops signing at once and goes on proving', () => {
  const old = recordOf({ kid: 'old', algorithm: 'ES256' });
  const plan = planRotation([old, recordOf({}), refreshKey], schedule, now + day);
  const ended = { kid: 'old', signsUntilAt: now + day, removeAfterAt: now + day + 420_000 };
  assert.deepEqual(plan, { ...nothing, change: [ended] });
  const after = [{ ...old, ...ended }, recordOf({}), refreshKey];
  assert.deepEqual(planRotation(after, schedule, now + day + 60_000), nothing);
  assert.deepEqual(planRotation(after, schedule, ended.removeAfterAt).remove, ['old']);
});

test('an algorithm taken out and put back is published before it signs again', () => {
  const old = recordOf({ kid: 'old', algorithm: 'ES256', signsUntilAt: now, removeAfterAt: now + day });
  const both = { ...schedule, accessAlgorithms: ['RS256', 'ES256'] } as const;
  const [created] = planRotation([old, recordOf({}), refreshKey], both, now).create;
  assert.deepEqual([created?.algorithm, created?.signsFromAt], ['ES256', now + 300_000]);
});

test('each algorithm rotates by its own age', () => {
  const both = { ...schedule, accessAlgorithms: ['RS256', 'ES256'] } as const;
  const young = recordOf({ kid: 'young', algorithm: 'ES256', signsFromAt: now + 20 * day });
  const due = now + 30 * day - 300_000;
  const plan = planRotation([recordOf({}), young, { ...refreshKey, signsFromAt: due }], both, due);
  assert.deepEqual(
    [plan.create.map((key) => key.algorithm), plan.change.map((key) => key.kid)],
    [['RS256'], ['k']],
  );
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

test('with every key of a use ended by hand, a new one signs at once', () => {
  const plan = planRotation([recordOf({ signsUntilAt: now }), refreshKey], schedule, now);
  assert.deepEqual(plan.create, [{ use: 'access', algorithm: 'RS256', publishedAt: now, signsFromAt: now }]);
});

test('in an emergency every key goes at once, and its successor signs without waiting', () => {
  const both = { ...schedule, accessAlgorithms: ['RS256', 'ES256'] } as const;
  const retired = recordOf({ kid: 'retired', signsUntilAt: now, removeAfterAt: now + 2 * day });
  const dead = recordOf({ kid: 'dead', signsUntilAt: now - day, removeAfterAt: now });
  const coming = recordOf({ kid: 'coming', algorithm: 'ES256', signsFromAt: now + 2 * day });
  const records = [recordOf({}), retired, dead, coming, refreshKey];
  const times = { publishedAt: now + day, signsFromAt: now + day };
  assert.deepEqual(planRotation(records, { ...both, emergency: true }, now + day), {
    create: [
      { use: 'access', algorithm: 'RS256', ...times },
      { use: 'access', algorithm: 'ES256', ...times },
      { use: 'refresh', algorithm: 'HS256', ...times },
    ],
    change: [],
    remove: ['dead'],
    withdraw: ['k', 'retired', 'coming', 'r'],
  });
});

test('a plan repeated after it was carried out asks for nothing more', async () => {
  const cheap = { ...schedule, accessAlgorithms: ['EdDSA', 'ES256'] } as const;
  const later = now + 30 * day - 1000;
  const once = await carryOut([], planRotation([], cheap, now));
  const due = planRotation(once, cheap, later);
  assert.equal(due.create.length, 3);
  const twice = await carryOut(once, due);
  assert.deepEqual(planRotation(twice, cheap, later), nothing);
});

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
