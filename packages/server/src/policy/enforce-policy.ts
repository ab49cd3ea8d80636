import type { GrantId, SessionId, TenantId } from '@argus/contract';
import { type Change, type SessionRules, sessionRules } from '@argus/core';
import { databaseTime, grantsBeyondPolicy, isAnybodyOlder, sessionsBeyondPolicy } from '@argus/store';
import { within } from '../services/clock.ts';
import { type Services, stamp } from '../services.ts';

/** What became of the live sessions of a tenant. */
export interface Enforced {
  readonly version: number;
  readonly ended: number;
  readonly tightened: number;
  readonly endedGrants: number;
  /** Whether nobody can bring back the limits of before; else somebody must go through them once more. */
  readonly isSettled: boolean;
}

/** Sessions found by one question, and written by one commit: whatever else happens to them waits no longer than that. */
const found = 20_000;
const atOnce = 500;
/** How often live sessions are gone through before the job is left to do it again. */
const rounds = 3;

/**
 * Hold the live sessions of a tenant against its policy: end those that are over under it, and bring the limits of the
 * others. May be done by several nodes at once, as often as anybody likes, and gone on with where one stopped.
 *
 * Whoever refreshes, reports or signs in names the version by which they decided, and is turned away when it is no longer
 * in force. That leaves those whose statement was on its way when the version came: sessions are gone through until all
 * of these were over before it began.
 */
export async function enforcePolicy(services: Services, tenant: TenantId): Promise<Enforced> {
  const { store, clock, policies, metrics } = services;
  const began = clock.now();
  policies.forget(tenant);
  const { version, document, longestAccessSeconds } = await policies.of(tenant);
  const done = { version, ended: 0, tightened: 0, endedGrants: 0, isSettled: false };
  // A program that tries a policy out has it nowhere but in its hand.
  if (!Number.isFinite(version)) return done;
  const since = await databaseTime(store.pool);
  const enforcing = { tenant, rules: sessionRules(document), longestAccessSeconds };
  for (let round = 0; round < rounds && !done.isSettled; round += 1) {
    const isLast = !(await isAnybodyOlder(store.pool, since));
    done.ended += await endSessions(services, enforcing);
    done.tightened += await tightenSessions(services, enforcing);
    done.endedGrants += await endGrants(services, enforcing);
    done.isSettled = isLast;
  }
  if (done.ended > 0) metrics.sessionsEnded.inc({ reason: 'policy-changed' }, done.ended);
  metrics.sessionsTightened.inc(done.tightened);
  if (done.isSettled) await noteEnforced(services, tenant, done);
  metrics.policyEnforcements.observe((clock.now() - began) / 1000);
  return done;
}

/** How long whoever saved a policy waits for it: nearly always it is done by then. */
const patienceMs = 1_000;

/** Enforce what was just saved. What takes longer goes on by itself, and what fails is tried again by the job. */
export async function enforceSoon(services: Services, tenant: TenantId): Promise<void> {
  const enforcing = enforcePolicy(services, tenant).then(
    () => undefined,
    (error: unknown) => services.log.error({ err: error, tenant }, 'a policy is not enforced yet'),
  );
  await within(patienceMs, enforcing, undefined);
}

interface Enforcing {
  readonly tenant: TenantId;
  readonly rules: SessionRules;
  readonly longestAccessSeconds: number;
}

function endSessions(services: Services, { tenant, rules }: Enforcing): Promise<number> {
  return throughAll<SessionId>({
    find: (after) =>
      sessionsBeyondPolicy(services.store.pool, tenant, {
        rules,
        now: services.clock.now(),
        after,
        limit: found,
        which: 'over',
      }),
    write: (sessionIds) => {
      const at = services.clock.now();
      const by = { actor: 'system' };
      return commit(services, tenant, {
        kind: 'end-sessions-beyond-policy',
        of: { sessionIds },
        rules,
        at,
        by,
      });
    },
  });
}

function tightenSessions(
  services: Services,
  { tenant, rules, longestAccessSeconds }: Enforcing,
): Promise<number> {
  return throughAll<SessionId>({
    find: (after) =>
      sessionsBeyondPolicy(services.store.pool, tenant, {
        rules,
        now: services.clock.now(),
        after,
        limit: found,
        which: 'tightened',
      }),
    write: (sessionIds) => {
      const at = services.clock.now();
      const outlivedUntil = at + longestAccessSeconds * 1000;
      return commit(services, tenant, {
        kind: 'tighten-sessions',
        of: { sessionIds },
        rules,
        at,
        outlivedUntil,
      });
    },
  });
}

function endGrants(services: Services, { tenant, rules }: Enforcing): Promise<number> {
  return throughAll<GrantId>({
    find: (after) =>
      grantsBeyondPolicy(services.store.pool, tenant, {
        rules,
        now: services.clock.now(),
        after,
        limit: found,
      }),
    write: (grantIds) =>
      commit(services, tenant, {
        kind: 'end-grants-beyond-policy',
        grantIds,
        rules,
        at: services.clock.now(),
      }),
  });
}

/** Find a piece, write it in smaller ones, go on behind it. Answers how many were written. */
async function throughAll<Id extends string>(work: {
  find(after: Id | null): Promise<readonly Id[]>;
  write(ids: readonly Id[]): Promise<number>;
}): Promise<number> {
  let written = 0;
  for (let after: Id | null = null; ; ) {
    const ids: readonly Id[] = await work.find(after);
    for (let at = 0; at < ids.length; at += atOnce) written += await work.write(ids.slice(at, at + atOnce));
    if (ids.length < found) return written;
    after = ids.at(-1) ?? null;
  }
}

async function commit({ store }: Services, tenant: TenantId, change: Change): Promise<number> {
  const written = await store.commit({ tenant, changes: [change], events: [] });
  return written.isCommitted ? (written.touched[0]?.length ?? 0) : 0;
}

/** Lost where another version came meanwhile, or another node has noted it: then there is nothing to tell. */
async function noteEnforced(services: Services, tenant: TenantId, done: Enforced): Promise<void> {
  const { version, ended, tightened, endedGrants } = done;
  await services.store.commit({
    tenant,
    changes: [{ kind: 'note-policy-enforced', version }],
    events: stamp(services, services.clock.now(), [
      { type: 'policy.enforced', actor: 'system', details: { version, ended, tightened, endedGrants } },
    ]),
  });
}
