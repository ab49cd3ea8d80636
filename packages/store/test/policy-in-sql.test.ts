import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deviceClasses, type PolicyDocument, riskLevels, type SessionId } from '@argus/contract';
import {
  isProvenEnough,
  lifetimeUnder,
  limitsOf,
  type PolicySubject,
  policyResolver,
  type Session,
  sessionRules,
  subjectOf,
  type User,
} from '@argus/core';
import { grantsBeyondPolicy, policyEffects, sessionsBeyondPolicy, type Verdict } from '@argus/store';
import { groups, roles, sessionPolicies } from '@argus/testing/session-policies';
import fc from 'fast-check';
import { at, home, openStage, other, type Person, personOf, type Stage, seed } from './stage.ts';

const minute = 60_000;
const hour = 60 * minute;
const count = 60;
/** Long enough after the first session began that many of them are near one limit or the other. */
const now = at + 5 * hour;

interface Held {
  readonly user: User;
  readonly session: Session;
  readonly grant: Person['grant'];
}

let stage: Stage;
let held: Held[];
before(async () => {
  stage = await openStage();
  for (let number = 1; number <= count; number += 1) await seed(stage.store, personOf(home, number));
  await seed(stage.store, personOf(other, 1));
  held = Array.from({ length: count }, (_, index) => heldOf(index + 1));
});
after(() => stage[Symbol.asyncDispose]());

/** Sessions of every kind, spread over five hours by their number. */
function heldOf(number: number): Held {
  const { user, session, grant } = personOf(home, number);
  const pick = <Each>(list: readonly Each[], step: number) => list[Math.floor(number / step) % list.length];
  const createdAt = at + ((number * 37) % 299) * minute;
  const lastActiveAt = Math.min(createdAt + ((number * 53) % 240) * minute, now);
  const isRemembered = number % 3 === 0;
  const absoluteExpiresAt = createdAt + (isRemembered ? 30 * 24 : 12) * hour;
  const amr = pick([['pwd'], ['pwd', 'otp', 'mfa'], ['hwk', 'user', 'mfa'], ['swk']] as const, 1) ?? ['pwd'];
  const acr = ['urn:argus:aal1', 'urn:argus:aal2', 'urn:argus:aal3', 'urn:argus:aal2'] as const;
  return {
    user: {
      ...user,
      roles: [...(number % 4 === 0 ? roles.slice(0, 1) : []), ...(number % 5 === 0 ? roles.slice(1) : [])],
      groups: number % 7 < 2 ? groups.slice(number % 2) : [],
    },
    session: {
      ...session,
      createdAt,
      lastActiveAt,
      absoluteExpiresAt,
      idleExpiresAt: Math.min(lastActiveAt + (isRemembered ? 14 * 24 * hour : 8 * hour), absoluteExpiresAt),
      amr,
      acr: acr[number % 4] ?? 'urn:argus:aal1',
      isRemembered,
      deviceClass: pick(deviceClasses, 2) ?? 'other',
      riskLevel: pick(riskLevels, 3) ?? 'low',
    },
    grant,
  };
}

async function write(): Promise<void> {
  const times = (pick: (each: Held) => number) => held.map((each) => new Date(pick(each)).toISOString());
  await stage.store.pool.query('DELETE FROM early_ends');
  await stage.store.pool.query(
    `UPDATE sessions s SET state = 'active', ended_at = NULL, end_reason = NULL, created_at = h.created_at,
       last_active_at = h.last_active_at, idle_expires_at = h.idle_expires_at, absolute_expires_at = h.absolute_expires_at,
       is_remembered = h.is_remembered, device_class = h.device_class, risk_level = h.risk_level, acr = h.acr,
       amr = string_to_array(h.amr, ' ')
     FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::boolean[],
       $8::text[], $9::text[], $10::text[], $11::text[]) AS h (id, created_at, last_active_at, idle_expires_at,
       absolute_expires_at, is_remembered, device_class, risk_level, acr, amr)
     WHERE s.tenant_id = $1 AND s.id = h.id`,
    [
      home,
      held.map(({ session }) => session.id),
      times(({ session }) => session.createdAt),
      times(({ session }) => session.lastActiveAt),
      times(({ session }) => session.idleExpiresAt),
      times(({ session }) => session.absoluteExpiresAt),
      held.map(({ session }) => session.isRemembered),
      held.map(({ session }) => session.deviceClass),
      held.map(({ session }) => session.riskLevel),
      held.map(({ session }) => session.acr),
      held.map(({ session }) => session.amr.join(' ')),
    ],
  );
  await stage.store.pool.query(
    `UPDATE grants g SET status = 'active', ended_at = NULL, end_reason = NULL, expires_at = s.idle_expires_at,
       client_id = CASE WHEN g.id::text ~ '[02468]$' THEN 'notes' ELSE 'argus' END
     FROM sessions s WHERE g.tenant_id = $1 AND s.tenant_id = $1 AND s.id = g.session_id`,
    [home],
  );
  await stage.store.pool.query(
    `UPDATE users u SET roles = string_to_array(h.roles, ' '), groups = string_to_array(h.groups, ' ')
     FROM unnest($2::uuid[], $3::text[], $4::text[]) AS h (id, roles, groups) WHERE u.tenant_id = $1 AND u.id = h.id`,
    [
      home,
      held.map(({ user }) => user.id),
      held.map(({ user }) => user.roles.join(' ')),
      held.map(({ user }) => user.groups.join(' ')),
    ],
  );
}

/** What core says of a session under a document. */
function judged(document: PolicyDocument, { user, session }: Held, more: PolicySubject = {}) {
  const policy = policyResolver(document).resolve({ ...subjectOf(user, session), ...more });
  const lifetime = lifetimeUnder(session, limitsOf(policy.session, session));
  const isLive = session.idleExpiresAt > now;
  const isOver = isLive && lifetime.idleExpiresAt <= now;
  const isTighter =
    lifetime.idleExpiresAt < session.idleExpiresAt || lifetime.absoluteExpiresAt < session.absoluteExpiresAt;
  return {
    over: isOver,
    tightened: isLive && !isOver && isTighter,
    unproven: isLive && !isOver && !isProvenEnough(session, policy.authentication),
    lifetime,
  };
}

const verdicts: readonly Verdict[] = ['over', 'tightened', 'unproven'];
const namedUsers = [1, 2, 3, 4].map((number) => personOf(home, number).user.id);
/** How often, and from where in the unending list of documents: the same every time. */
const runs = { numRuns: 150, seed: 20_260_105 };

test('PostgreSQL finds by a document the very sessions that core does, and counts as many', async () => {
  await write();
  const met = { over: 0, tightened: 0, unproven: 0 };
  await fc.assert(
    fc.asyncProperty(sessionPolicies(namedUsers), async (document) => {
      const rules = sessionRules(document);
      const { pool } = stage.store;
      const effects = await policyEffects(pool, home, { rules, now, since: now - 30 * 24 * hour });
      for (const which of verdicts) {
        const ask = { rules, now, after: null, limit: 1000, which };
        const expected = held
          .filter((each) => judged(document, each)[which])
          .map(({ session }) => session.id);
        assert.deepEqual(await sessionsBeyondPolicy(pool, home, ask), expected.sort());
        assert.equal(effects[which], expected.length);
        met[which] += expected.length;
      }
    }),
    runs,
  );
  for (const which of verdicts) assert.ok(met[which] > 500, `${which} was met ${met[which]} times`);
});

test('what was found is ended and tightened, each session to what core says, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(sessionPolicies(namedUsers), async (document) => {
      await write();
      const rules = sessionRules(document);
      const sessionIds = held.map(({ session }) => session.id);
      const of = { sessionIds };
      const ends = {
        kind: 'end-sessions-beyond-policy',
        of,
        rules,
        at: now,
        by: { actor: 'system' },
      } as const;
      const tightens = { kind: 'tighten-sessions', of, rules, at: now, outlivedUntil: now + hour } as const;
      const written = await stage.store.commit({ tenant: home, changes: [ends, tightens], events: [] });
      assert.ok(written.isCommitted);
      const left = await sessionsLeft();
      for (const each of held) {
        const { over, lifetime } = judged(document, each);
        const found = left.get(each.session.id);
        assert.equal(found?.end_reason ?? null, over ? 'policy-changed' : null);
        if (over || each.session.idleExpiresAt <= now) continue;
        assert.equal(found?.idle_expires_at, lifetime.idleExpiresAt);
        assert.equal(found?.absolute_expires_at, lifetime.absoluteExpiresAt);
        assert.equal(found?.is_early, early(each, lifetime.idleExpiresAt));
      }
    }),
    { ...runs, numRuns: 60 },
  );
});

/** It ends before tokens that were given under its old limits. */
function early({ session }: Held, idleExpiresAt: number): boolean {
  return idleExpiresAt < session.idleExpiresAt && idleExpiresAt < now + hour;
}

interface Left {
  readonly id: SessionId;
  readonly end_reason: string | null;
  readonly idle_expires_at: number;
  readonly absolute_expires_at: number;
  readonly is_early: boolean;
}

async function sessionsLeft(): Promise<Map<SessionId, Left>> {
  const { rows } = await stage.store.pool.query<Left>(
    `SELECT s.id, s.end_reason, s.idle_expires_at, s.absolute_expires_at,
       EXISTS (SELECT FROM early_ends e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id) AS is_early
     FROM sessions s WHERE s.tenant_id = $1`,
    [home],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

test('what is for one client ends what that client holds, and no session', async () => {
  await write();
  let met = 0;
  await fc.assert(
    fc.asyncProperty(sessionPolicies(), async (document) => {
      const rules = sessionRules(document);
      const named = new Set(rules.overrides.flatMap(({ when }) => when.client ?? []));
      const expected = held
        .filter((each) => {
          const clientId = /[02468]$/.test(each.grant.id) ? 'notes' : 'argus';
          return named.has(clientId) && judged(document, each, { clientId }).over;
        })
        .map(({ grant }) => grant.id);
      const found = await grantsBeyondPolicy(stage.store.pool, home, {
        rules,
        now,
        after: null,
        limit: 1000,
      });
      assert.deepEqual(found, expected.sort());
      met += found.length;
    }),
    runs,
  );
  assert.ok(met > 100, `${met} were met`);
});

test('a piece goes on where the one before stopped', async () => {
  await write();
  const rules = sessionRules({ preset: 'balanced', overrides: [], session: { idleMinutes: 5 } });
  const ask = { rules, now, limit: 7, which: 'over' as const };
  const all = await sessionsBeyondPolicy(stage.store.pool, home, { ...ask, after: null, limit: 1000 });
  const pieces: SessionId[] = [];
  for (let after: SessionId | null = null; ; after = pieces.at(-1) ?? null) {
    const piece: SessionId[] = await sessionsBeyondPolicy(stage.store.pool, home, { ...ask, after });
    pieces.push(...piece);
    if (piece.length < 7) break;
  }
  assert.ok(all.length > 14);
  assert.deepEqual(pieces, all);
});
