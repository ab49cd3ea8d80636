import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  issueAccessToken,
  issueRefreshToken,
  type KeyFinder,
  type KeyRecord,
  type KeyRing,
  type KeySchedule,
  openKeyRing,
  planRotation,
  type SigningAlgorithm,
  verifyAccessToken,
  verifyRefreshToken,
} from '../src/index.ts';
import { importJwks } from '../src/jwks.ts';
import {
  accessClaims,
  algorithms,
  expectAccess,
  issuer,
  masterKey,
  now,
  refreshClaims,
  spareKeyOf,
} from './fixtures.ts';

const minute = 60_000;
const day = 86_400_000;

/** Rotations a day apart, so that a season of them is hundreds. */
const brisk: KeySchedule = {
  accessAlgorithms: algorithms,
  rotateEverySeconds: 86_400,
  jwksCacheSeconds: 3600,
  longestTokenSeconds: { access: 7200, refresh: 3 * 86_400 },
};
const cacheMs = brisk.jwksCacheSeconds * 1000;

const steps = 250;
const season = fc.record({
  /** Minutes, hours, or to the next instant at which a key begins, ends or goes. */
  ticks: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: minute, max: 15 * minute }) },
      { weight: 1, arbitrary: fc.integer({ min: minute, max: day / 2 }) },
      { weight: 3, arbitrary: fc.constant('edge' as const) },
    ),
    { minLength: steps, maxLength: steps },
  ),
  /** How late the second node reads the keys, which it does every minute. */
  lags: fc.array(fc.nat({ max: minute }), { minLength: steps, maxLength: steps }),
  forcedAt: fc.array(fc.nat({ max: steps - 1 }), { minLength: 20, maxLength: 40 }),
  /** When ES256 is taken out of the configuration or put back. */
  switchedAt: fc.array(fc.nat({ max: steps - 1 }), { maxLength: 6 }),
});

test('through a season of rotations no verifier that keeps old sets as long as it may fails once, in any algorithm', async () => {
  await fc.assert(
    fc.asyncProperty(season, async ({ ticks, lags, forcedAt, switchedAt }) => {
      const world = newWorld();
      let at = now;
      let hasEs256 = true;
      for (const [index, tick] of ticks.entries()) {
        if (switchedAt.includes(index)) hasEs256 = !hasEs256;
        const offered = algorithms.filter((name) => hasEs256 || name !== 'ES256');
        const schedule = { ...brisk, accessAlgorithms: offered, force: forcedAt.includes(index) };
        await tend(world, schedule, at);
        await observe(world, world.first, at);
        const late = at + (lags[index] ?? 0);
        await observe(world, world.second, late);
        world.second = world.first;
        at = tick === 'edge' ? nextEdge(world, late) : Math.max(late, at + tick);
      }
      assert.ok(world.rotations > 100, `only ${world.rotations} keys were made`);
    }),
    { numRuns: 2, seed: 7638, endOnFailure: true },
  );
});

interface World {
  records: readonly KeyRecord[];
  /** Two nodes of the issuer. The second opens its ring a little later. */
  first: KeyRing;
  second: KeyRing;
  /** What lives: each with the instant it dies. */
  access: readonly { token: string; diesAt: number }[];
  refresh: readonly { token: string; diesAt: number }[];
  readonly clients: readonly Client[];
  rotations: number;
}

/** A verifier that asks only when its set has grown old, and never because a name is unknown to it. */
interface Client {
  readonly keepsMs: number;
  fetchedAt: number;
  keys: KeyFinder;
}

function newWorld(): World {
  const ring = openKeyRing([], masterKey);
  const clients = [cacheMs, cacheMs - 7 * minute, cacheMs / 3].map(
    (keepsMs): Client => ({ keepsMs, fetchedAt: 0, keys: { find: () => undefined } }),
  );
  return { records: [], first: ring, second: ring, access: [], refresh: [], clients, rotations: 0 };
}

async function tend(world: World, schedule: KeySchedule, at: number): Promise<void> {
  const plan = planRotation(world.records, schedule, at);
  if (plan.create.length + plan.change.length + plan.remove.length === 0) return;
  assert.deepEqual(plan.withdraw, []);
  const kept = world.records
    .filter((record) => !plan.remove.includes(record.kid))
    .map((record) => ({ ...record, ...plan.change.find((change) => change.kid === record.kid) }));
  const created = await Promise.all(
    plan.create.map(async ({ algorithm, ...times }) => ({ ...(await spareKeyOf(algorithm)), ...times })),
  );
  world.records = [...kept, ...created];
  world.rotations += created.length;
  world.first = openKeyRing(world.records, masterKey);
  if (at === now) world.second = world.first;
}

function nextEdge({ records }: World, after: number): number {
  const edges = records.flatMap(({ signsFromAt, signsUntilAt, removeAfterAt }) => [
    signsFromAt,
    signsUntilAt ?? 0,
    removeAfterAt ?? 0,
  ]);
  return Math.min(after + day / 2, ...edges.filter((edge) => edge > after));
}

/** One node issues a token of every kind; everybody then reads whatever lives. */
async function observe(world: World, node: KeyRing, at: number): Promise<void> {
  refreshSets(world, at);
  const issued = await Promise.all(signers(node, at).map((name) => accessTokenAt(node, at, name)));
  world.access = [...world.access.filter(({ diesAt }) => diesAt > at), ...issued];
  world.refresh = [...world.refresh.filter(({ diesAt }) => diesAt > at), refreshTokenAt(node, at)];
  for (const { keys } of world.clients) {
    for (const { token } of world.access) {
      assert.equal(verdictOf(verifyAccessToken(keys, token, { ...expectAccess, now: at })), 'accepted');
    }
  }
  for (const ring of [world.first, world.second]) {
    for (const { token } of world.refresh) {
      assert.equal(verdictOf(verifyRefreshToken(ring, token, { issuer, now: at })), 'accepted');
    }
  }
}

function refreshSets(world: World, at: number): void {
  const document = { keys: world.first.jwks(at).keys };
  assert.ok(document.keys.length <= 20, `${document.keys.length} keys are more than a verifier takes`);
  for (const client of world.clients) {
    if (at - client.fetchedAt < client.keepsMs) continue;
    const imported = importJwks({ ...document }, 20) ?? assert.fail('not a key set');
    assert.deepEqual(imported.rejections, []);
    client.keys = { find: (kid) => imported.keys.get(kid) };
    client.fetchedAt = at;
  }
}

/** Every algorithm but one that was put back a moment ago and is still being published. */
function signers(node: KeyRing, at: number): readonly SigningAlgorithm[] {
  return algorithms.filter((name) => name !== 'ES256' || canSign(node, at, name));
}

function canSign(node: KeyRing, at: number, algorithm: SigningAlgorithm): boolean {
  try {
    return node.signing('access', at, algorithm).algorithm === algorithm;
  } catch {
    return false;
  }
}

async function accessTokenAt(node: KeyRing, at: number, algorithm: SigningAlgorithm) {
  const iat = Math.floor(at / 1000);
  const exp = iat + brisk.longestTokenSeconds.access;
  const token = await issueAccessToken(node, { ...accessClaims, iat, exp }, at, algorithm);
  return { token, diesAt: exp * 1000 };
}

function refreshTokenAt(node: KeyRing, at: number) {
  const iat = Math.floor(at / 1000);
  const exp = iat + brisk.longestTokenSeconds.refresh;
  return { token: issueRefreshToken(node, { ...refreshClaims, iat, exp }, at), diesAt: exp * 1000 };
}

function verdictOf(verified: { ok: true } | { ok: false; rejection: string }): string {
  return verified.ok ? 'accepted' : verified.rejection;
}
