import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defaultTenant, type TenantId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { linkTo, openArgus, operatorHeaders, registerService, until, untilLive } from './link-stage.ts';

let one: TestServer;
let two: TestServer;
const other = 'other' as TenantId; // a brand over text
before(async () => {
  one = await openArgus();
  two = await openArgus({ databaseUrl: one.argus.services.config.databaseUrl ?? '', clock: one.clock });
  const headers = await operatorHeaders(one);
  await userAgent(one).call('adminApply', { headers, body: { tenants: [{ id: other }] } });
});
after(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

async function setAtOne(tenant: TenantId, body: object): Promise<void> {
  const headers = { ...(await operatorHeaders(one)), 'if-match': '*' };
  const { status } = await userAgent(one).call('adminSetPolicy', { headers, query: { tenant }, body });
  assert.equal(status, 200);
}

// The clock stands still: what a node remembers for a second would be remembered for ever.
for (const tenant of [defaultTenant, other]) {
  test(`a policy of ${tenant} that is changed at one node holds at the other, which had read the old one`, async () => {
    const idleAt = async ({ argus }: TestServer) =>
      (await argus.services.policies.effective(tenant)).session.idleSeconds;
    assert.deepEqual([await idleAt(one), await idleAt(two)], [1800, 1800]);
    await setAtOne(tenant, { session: { idleMinutes: 7 } });
    assert.equal(await idleAt(one), 420, 'at the node itself at once');
    await until(async () => (await idleAt(two)) === 420, 'the other node knows');
  });

  test(`a service of ${tenant} that listens to the other node hears of each change`, async () => {
    const { pool } = one.argus.services.store;
    const service = await registerService(one, `${tenant}-api`, { tenant });
    await using argus = linkTo(two, service, { tenant });
    await untilLive(argus);
    await setAtOne(tenant, { feed: { degraded: 'fail-closed' } });
    await until(() => argus.state().degraded === 'fail-closed', 'the middleware knows');
    // What says nothing new to those who listen is told as well: something of theirs may hang on it.
    const told = async () => {
      const { rows } = await pool.query(
        "SELECT count(*)::int AS count FROM feed_events WHERE tenant_id = $1 AND event ->> 'type' = 'policy-changed'",
        [tenant],
      );
      return rows[0].count;
    };
    const before = await told();
    await setAtOne(tenant, { feed: { degraded: 'fail-closed' }, session: { idleMinutes: 9 } });
    await until(async () => (await told()) === before + 1, 'it is told once');
  });
}
