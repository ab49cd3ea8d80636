import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type PolicyDocument,
  type PolicyPreview,
  policyDocumentSchema,
  type SessionId,
} from '@argus/contract';
import { enforcePolicy } from '@argus/server';
import { changePolicy, savePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { roles, sessionPolicies } from '@argus/testing/session-policies';
import { userAgent } from '@argus/testing/user-agent';
import fc from 'fast-check';
import { rowOf } from './enforcement-stage.ts';
import { openStage, type Person, someone, tenant, withKey } from './stage.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

async function preview(document: object): Promise<{ status: number; body: PolicyPreview }> {
  const headers = await withKey(server);
  return userAgent(server).call('adminPreviewPolicy', { headers, body: document });
}

/** People whose sessions began and were used at different times, on different devices, with different proofs. */
async function crowd(): Promise<Person[]> {
  const people: Person[] = [];
  for (let number = 0; number < 24; number += 1) {
    people.push(await someone(server));
    server.clock.advance(5 * minute);
  }
  const { pool } = server.argus.services.store;
  const ids = people.map(({ sessionId }) => sessionId);
  await pool.query(
    `UPDATE sessions s SET is_remembered = n % 3 = 0, device_class = (ARRAY['desktop', 'mobile', 'tablet'])[1 + n % 3],
       risk_level = (ARRAY['low', 'medium', 'high'])[1 + n % 3], idle_expires_at = s.last_active_at + interval '6 hours',
       acr = CASE WHEN n % 4 = 0 THEN 'urn:argus:aal2' ELSE s.acr END,
       amr = CASE WHEN n % 4 = 0 THEN '{pwd,otp,mfa}' ELSE s.amr END
     FROM unnest($1::uuid[]) WITH ORDINALITY AS h (id, n) WHERE s.id = h.id`,
    [ids],
  );
  await pool.query(
    `UPDATE users u SET roles = CASE n % 5 WHEN 0 THEN ARRAY[$2] WHEN 1 THEN ARRAY[$3] ELSE '{}' END
     FROM unnest($1::uuid[]) WITH ORDINALITY AS h (id, n) WHERE u.id = h.id`,
    [people.map(({ userId }) => userId), ...roles],
  );
  return people;
}

test('as many sessions end as were told before, and the very same get shorter, whatever the document', async () => {
  const people = await crowd();
  const { pool } = server.argus.services.store;
  const kept = await pool.query('SELECT * FROM sessions');
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(sessionPolicies(people.slice(0, 3).map(({ userId }) => userId)), async (document) => {
      const { status, body } = await preview(document);
      // A document that contradicts itself says so, and can be neither previewed nor saved.
      if (status !== 200) return void assert.equal(status, 400);
      await savePolicy(server, document);
      const done = await enforcePolicy(server.argus.services, tenant);
      assert.deepEqual([done.ended, done.tightened], [body.endsNow, body.tightened]);
      ended += done.ended;
      await restore(kept.rows);
    }),
    { numRuns: 40, seed: 20_260_105 },
  );
  assert.ok(ended > 100, `${ended} ended in all`);
  await changePolicy(server, {});
});

/** The sessions as they were before a document was enforced. */
async function restore(rows: readonly Record<string, unknown>[]): Promise<void> {
  const { pool } = server.argus.services.store;
  const times = (name: string) => rows.map((row) => new Date(Number(row[name])).toISOString());
  await pool.query('DELETE FROM early_ends');
  await pool.query(
    `UPDATE sessions s SET state = 'active', ended_at = NULL, end_reason = NULL, idle_expires_at = h.idle, absolute_expires_at = h.absolute
     FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS h (id, idle, absolute) WHERE s.id = h.id`,
    [rows.map((row) => row.id), times('idle_expires_at'), times('absolute_expires_at')],
  );
}

const document = (written: object): PolicyDocument => policyDocumentSchema.parse(written);

test('a preview names sessions with the rule that ends them or asks for more, and changes nothing', async () => {
  const [ruler, old] = [await someone(server), await someone(server)];
  const { pool } = server.argus.services.store;
  await pool.query("UPDATE users SET roles = '{admin}' WHERE id = $1", [ruler.userId]);
  server.clock.advance(6 * minute);
  const before = await Promise.all([ruler, old].map(({ sessionId }) => rowOf(server, sessionId)));
  const { body } = await preview(
    document({
      authentication: { factors: { required: 2 } },
      overrides: [{ when: { role: 'admin' }, set: { session: { idleMinutes: 5 } } }],
    }),
  );
  const of = (sessionId: SessionId) => body.sample.find((each) => each.sessionId === sessionId);
  assert.deepEqual(of(ruler.sessionId), {
    sessionId: ruler.sessionId,
    userId: ruler.userId,
    effect: 'ends',
    rule: 'idle limit of 5 minutes, set by the rule for role admin',
  });
  assert.deepEqual(of(old.sessionId)?.effect, 'step-up');
  assert.equal(of(old.sessionId)?.rule, 'a second factor, asked for by the policy of the tenant');
  assert.ok(body.usersLackingFactor >= 2 && body.stepUpNow >= 1 && body.challengedLast30Days >= 2);
  assert.ok(body.rolesChanged.includes('admin'));
  const after = await Promise.all([ruler, old].map(({ sessionId }) => rowOf(server, sessionId)));
  assert.deepEqual(after, before);
});

test('what was longer than 30 days ago is not counted, and what nobody is asked for is not missed', async () => {
  const asks = document({ authentication: { factors: { required: 2 } } });
  const { body: now } = await preview(asks);
  server.clock.advance(30 * day);
  const { body: later } = await preview(asks);
  assert.ok(now.challengedLast30Days > 0);
  assert.equal(later.challengedLast30Days, 0);
  const { body: none } = await preview(document({}));
  assert.deepEqual(
    [none.stepUpNow, none.usersLackingFactor, none.challengedLast30Days, none.rolesChanged],
    [0, 0, 0, []],
  );
});

test('whoever has set up what is asked for is not missed: a passkey counts where a code does not', async () => {
  const [coded, keyed] = [await someone(server), await someone(server)];
  const { pool } = server.argus.services.store;
  const lacking = async (factors: object) =>
    (await preview(document({ authentication: { factors } }))).body.usersLackingFactor;
  const [two, resistant] = [await lacking({ required: 2 }), await lacking({ phishingResistant: true })];
  await pool.query(
    `INSERT INTO totps (tenant_id, user_id, id, sealed_secret, offset_steps, last_step, name, created_at)
     VALUES ('default', $1, gen_random_uuid(), 'sealed', 0, 0, 'app', now())`,
    [coded.userId],
  );
  await pool.query(
    `INSERT INTO passkeys (tenant_id, id, user_id, credential_id, public_key, algorithm, sign_count, is_backup_eligible,
       is_backed_up, is_attested, aaguid, transports, name, created_at)
     VALUES ('default', gen_random_uuid(), $1, 'credential', 'key', -7, 0, false, false, false, gen_random_uuid(), '{}', 'key', now())`,
    [keyed.userId],
  );
  assert.equal(await lacking({ required: 2 }), two - 2);
  assert.equal(await lacking({ phishingResistant: true }), resistant - 1);
});

test('a document that cannot be saved is refused with the place of each mistake', async () => {
  const { status, body } = await preview(document({ session: { idleMinutes: 30, absoluteHours: 0.25 } }));
  const { code, errors } = body as unknown as { code: string; errors: { path: string }[] }; // a problem
  assert.deepEqual([status, code, errors[0]?.path], [400, 'invalid_request', 'body.session.idleMinutes']);
});
