import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ListedPolicyVersion } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { type PolicyDesk, policyDesk } from './policy-stage.ts';
import { openStage } from './stage.ts';

let server: TestServer;
let desk: PolicyDesk;
const count = 120;
before(async () => {
  server = await openStage();
  desk = await policyDesk(server);
  for (let version = 2; version <= count; version += 1) {
    server.clock.advance(1_000);
    await desk.set({ session: { idleMinutes: version } }, { ifMatch: `"${version - 1}"` });
  }
});
after(() => server[Symbol.asyncDispose]());

async function page(query: Record<string, string>) {
  const { body } = await desk.operator('adminListPolicyVersions', { query });
  return body as { versions: ListedPolicyVersion[]; nextCursor: string | null }; // checked against the contract
}

for (const limit of [7, 40, 100]) {
  test(`the history is read to its end in pages of ${limit}, each version once and newest first`, async () => {
    const seen: ListedPolicyVersion[] = [];
    let cursor: string | null = null;
    do {
      const { versions, nextCursor }: Awaited<ReturnType<typeof page>> = await page({
        limit: String(limit),
        ...(cursor === null ? {} : { cursor }),
      });
      assert.ok(versions.length > 0);
      seen.push(...versions);
      cursor = nextCursor;
    } while (cursor !== null);
    assert.deepEqual(
      seen.map(({ version }) => version),
      Array.from({ length: count }, (_, at) => count - at),
    );
    for (const { version, difference, differences } of seen.slice(0, -1)) {
      const before = version === 2 ? 30 : version - 1;
      const expected = [{ path: 'session.idleMinutes', before, after: version }];
      assert.deepEqual([difference, differences], [expected, 1]);
    }
    assert.deepEqual(seen.at(-1)?.difference, []);
    assert.equal(seen.at(-1)?.author, null);
  });
}

test('a version is shown whole, against the one before or against any other', async () => {
  const show = (version: number, against?: number) =>
    desk.operator('adminShowPolicyVersion', {
      params: { version: String(version) },
      ...(against === undefined ? {} : { query: { against: String(against) } }),
    });
  const { body } = await show(50);
  assert.deepEqual(body.document, { preset: 'balanced', overrides: [], session: { idleMinutes: 50 } });
  assert.deepEqual(body.difference, [{ path: 'session.idleMinutes', before: 49, after: 50 }]);
  const far = (await show(50, 100)).body;
  assert.deepEqual(far.difference, [{ path: 'session.idleMinutes', before: 100, after: 50 }]);
  assert.deepEqual((await show(1)).body.document, { preset: 'balanced', overrides: [] });
  for (const [version, against] of [
    [count + 1, undefined],
    [1, count + 1],
  ] as const)
    assert.equal((await show(version, against)).status, 404);
  for (const version of [0, -1, 1.5]) assert.equal((await show(version)).status, 400);
});
