import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { policyDocumentSchema } from '@argus/contract';
import { sessionRules } from '@argus/core';
import { openStore, policyEffects, type Store, sessionsBeyondPolicy } from '@argus/store';
import { fakeEpochMs } from '@argus/testing';
import { testDatabase } from '@argus/testing/database';
import { home } from '../test/stage.ts';

/** Of users, of sessions, and what a preview may take with them. */
const users = Number(process.env.ARGUS_LONG_USERS ?? 1_000_000);
const sessions = 2 * users;
const mostMs = 2_000;
const now = fakeEpochMs;

const stack = new AsyncDisposableStack();
let store: Store;
before(async () => {
  const { url } = stack.use(await testDatabase());
  store = stack.use(openStore({ url }));
  const client = await store.pool.connect();
  try {
    await client.query('SET statement_timeout = 0; SET synchronous_commit = off');
    for (const text of seeds) await client.query(text);
    await client.query('VACUUM (ANALYZE) users');
    await client.query('VACUUM (ANALYZE) sessions');
    await client.query('ANALYZE');
  } finally {
    client.release(true);
  }
});
after(() => stack.disposeAsync());

const at = `'${new Date(now).toISOString()}'::timestamptz`;
const id = (kind: number, n: string) =>
  `('01990000-000${kind}-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** One in a hundred has a role, one in fifty a group, one in two a code; sessions were used within the last hours. */
const seeds = [
  `INSERT INTO users (tenant_id, id, email, roles, groups, status, created_at)
   SELECT 'default', ${id(1, 'n')}, n || '@seeded.example', CASE WHEN n % 100 = 0 THEN '{admin}' ELSE '{}' END::text[],
     CASE WHEN n % 50 = 1 THEN '{abroad}' ELSE '{}' END::text[], 'active', ${at} - interval '90 days'
   FROM generate_series(1, ${users}) n`,
  `INSERT INTO devices (tenant_id, id, user_id, secret_hash, first_seen_at, last_seen_at)
   SELECT 'default', ${id(2, 'n')}, ${id(1, 'n')}, sha256(n::text::bytea), ${at}, ${at} FROM generate_series(1, ${users}) n`,
  `INSERT INTO totps (tenant_id, user_id, id, sealed_secret, offset_steps, last_step, name, created_at)
   SELECT 'default', ${id(1, 'n')}, ${id(9, 'n')}, 'sealed', 0, 0, 'app', ${at} FROM generate_series(1, ${users}, 2) n`,
  `INSERT INTO sessions (tenant_id, id, user_id, device_id, state, amr, acr, authenticated_at, created_at, last_active_at,
     idle_expires_at, absolute_expires_at, ip, user_agent, device_class, risk_level, is_remembered)
   SELECT 'default', ${id(3, 'n')}, ${id(1, `1 + n % ${users}`)}, ${id(2, `1 + n % ${users}`)}, 'active',
     CASE WHEN n % 3 = 0 THEN '{pwd,otp,mfa}' ELSE '{pwd}' END::text[],
     CASE WHEN n % 3 = 0 THEN 'urn:argus:aal2' ELSE 'urn:argus:aal1' END, begun, begun, used,
     least(used + interval '8 hours', begun + interval '12 hours'), begun + interval '12 hours', '127.0.0.1',
     'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
     (ARRAY['desktop', 'mobile', 'tablet', 'other'])[1 + n % 4], (ARRAY['low', 'low', 'low', 'medium'])[1 + n % 4], false
   FROM generate_series(1, ${sessions}) n,
     LATERAL (SELECT ${at} - n % 19000 * interval '1 second' AS begun) b,
     LATERAL (SELECT begun + (n % 19000) / 2 * interval '1 second' AS used) u`,
];

const documents = {
  'a shorter idle limit': { session: { idleMinutes: 60, absoluteHours: 10 } },
  'limits for a role, a group, a device class and a risk level': {
    session: { absoluteHours: 11 },
    overrides: [
      { when: { role: 'admin' }, set: { session: { idleMinutes: 15 } } },
      { when: { group: 'abroad', deviceClass: 'mobile' }, set: { session: { absoluteHours: 2 } } },
      { when: { riskLevel: ['medium', 'high'] }, set: { session: { idleMinutes: 30 } } },
    ],
  },
  'a second factor for everybody': { authentication: { factors: { required: 2 } } },
  'a passkey for one role': {
    overrides: [
      { when: { role: 'admin' }, set: { authentication: { factors: { phishingResistant: true } } } },
    ],
  },
} as const;

describe(`with ${users} users and ${sessions} sessions a preview answers in ${mostMs} ms:`, () => {
  for (const [what, written] of Object.entries(documents)) {
    test(what, async () => {
      const rules = sessionRules(policyDocumentSchema.parse(written));
      const took: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const begun = performance.now();
        const effects = await policyEffects(store.pool, home, { rules, now, since: now - 30 * 86_400_000 });
        const ask = { rules, now, after: null, limit: 20, isAnyOrder: true };
        const over = await sessionsBeyondPolicy(store.pool, home, { ...ask, which: 'over' });
        if (effects.unproven > 0) await sessionsBeyondPolicy(store.pool, home, { ...ask, which: 'unproven' });
        took.push(Math.round(performance.now() - begun));
        if (round === 0) console.log(JSON.stringify(effects));
        assert.equal(over.length, Math.min(20, effects.over));
        assert.ok(effects.over + effects.tightened + effects.unproven > 0, 'it must find something');
      }
      console.log(`${what}: ${took.join(', ')} ms`);
      took.sort((a, b) => a - b);
      assert.ok((took[2] ?? mostMs) < mostMs, `the median was ${took[2]} ms`);
    });
  }
});
