import type { TenantId } from '@argus/contract';
import { type Change, canonicalEmail, type User } from '@argus/core';
import { type UserRecord, usersOfTenant } from '@argus/store';
import { mayForGood } from '../account/may-change.ts';
import { type Administrator, beyondReach, expectWithinReach } from '../flows/administrator.ts';
import type { Current } from '../flows/current-session.ts';
import type { Ender } from '../flows/end-sessions.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import { type Services, stamp } from '../services.ts';

const notTheAddress: Refused = {
  refused: 'invalid_request',
  errors: [{ path: 'body.confirm', message: 'is not the address of the account' }],
};

/** The signed-in person goes, after a fresh proof and with their address once more. */
export async function eraseOwn(
  services: Services,
  current: Current,
  { confirm, origin }: { readonly confirm: string; readonly origin: CallOrigin },
): Promise<{ readonly state: 'erasing' } | Refused> {
  const allowed = await mayForGood(services, current);
  if (isRefused(allowed)) return allowed;
  const { user } = allowed;
  if (canonicalEmail(confirm) !== user.email) return notTheAddress;
  const { tenant, session } = current;
  const begun = await begin(
    services,
    { tenant, actor: 'user', origin },
    {
      user,
      first: [
        { kind: 'hold-user', userId: user.id },
        { kind: 'hold-session', userId: user.id, sessionId: session.id },
      ],
    },
  );
  if (begun === null) return { state: 'erasing' };
  return { refused: begun === 'begin-user-erasure' ? 'last_owner' : 'session_ended' };
}

/** A user goes, on the word of whoever may erase and do all that the user may. */
export async function eraseUser(
  services: Services,
  by: Administrator,
  { userId, confirm }: { readonly userId: User['id']; readonly confirm: string },
): Promise<UserRecord | Refused> {
  const record = await userOf(services, by.tenant, userId);
  if (!record) return { refused: 'not_found' };
  const { user } = record;
  if (canonicalEmail(confirm) !== user.email) return notTheAddress;
  if (user.status === 'erasing') return { refused: 'conflict' };
  const lost = await begin(services, by, { user, first: expectWithinReach(by, { userId }) });
  if (lost === 'expect-within-reach') return beyondReach(services, by, { userId });
  const now = await userOf(services, by.tenant, userId);
  if (!now) return { refused: 'not_found' };
  if (lost === null) return now;
  return { refused: now.user.status === 'erasing' ? 'conflict' : 'last_owner' };
}

async function userOf(
  services: Services,
  tenant: TenantId,
  userId: User['id'],
): Promise<UserRecord | undefined> {
  const { store, clock } = services;
  return (await usersOfTenant(store.pool, tenant, { userId, limit: 1, now: clock.now() })).items[0];
}

interface Going {
  readonly user: User;
  /** What must hold. */
  readonly first: readonly Change[];
}

/** Sessions end now and everybody who must hear of it does; the rest is the job's. Answers what was lost; null: nothing. */
async function begin(
  services: Services,
  { tenant, actor, origin }: Ender,
  { user, first }: Going,
): Promise<Change['kind'] | null> {
  const at = services.clock.now();
  const userId = user.id;
  const key = services.random.bytes(32);
  const { email: to, name } = user;
  const draft = { kind: 'account-erased', name, by: occurrenceOf(origin, at) } as const;
  const ending: Change = {
    kind: 'end-sessions-of-user',
    userId,
    reason: 'user-erased',
    at,
    by: { actor, origin },
  };
  const changes: Change[] = [
    ...first,
    { kind: 'begin-user-erasure', userId, key, at },
    ending,
    mailChange(services, tenant, { to, userId, draft }),
  ];
  const events = stamp(services, at, [{ type: 'user.erasure-begun', actor, origin, userId }]);
  const written = await services.store.commit({ tenant, changes, events });
  if (!written.isCommitted) return written.lost;
  services.metrics.sessionsEnded.inc(
    { reason: 'user-erased' },
    written.touched[changes.indexOf(ending)]?.length ?? 0,
  );
  return null;
}
