import type { DeviceClass, RiskLevel, SessionId, UserId } from '@argus/contract';
import { type EffectivePolicy, limitedBy, type PolicySubject, type Session, subjectOf } from '@argus/core';
import { sessionOfTenant, usersOfTenant } from '@argus/store';
import type { Ender } from '../flows/end-sessions.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';

/** Whom somebody asks about: what is left out meets no condition. */
export interface AskedSubject {
  readonly user?: UserId | undefined;
  readonly client?: string | undefined;
  readonly deviceClass?: DeviceClass | undefined;
  readonly riskLevel?: RiskLevel | undefined;
  readonly session?: SessionId | undefined;
}

export interface Explained {
  readonly version: number;
  readonly subject: PolicySubject;
  readonly session: { readonly id: SessionId; readonly limitedBy: string } | null;
  readonly policy: EffectivePolicy;
}

/** What holds for somebody, or for a session, as decisions of this moment find it. */
export async function effectivePolicy(
  services: Services,
  { tenant }: Pick<Ender, 'tenant'>,
  asked: AskedSubject,
): Promise<Explained | Refused> {
  const found = await subjectAsked(services, { tenant }, asked);
  if (isRefused(found)) return found;
  const { subject, session } = found;
  const standing = await services.policies.of(tenant);
  // The book knows nothing of a tenant that does not exist.
  if (standing.version === 0) return { refused: 'not_found' };
  const policy = standing.resolve(subject);
  return {
    version: standing.version,
    subject,
    session: session && { id: session.id, limitedBy: limitedBy(session, policy) },
    policy,
  };
}

interface FoundSubject {
  readonly subject: PolicySubject;
  readonly session: Session | null;
}

async function subjectAsked(
  services: Services,
  by: Pick<Ender, 'tenant'>,
  asked: AskedSubject,
): Promise<FoundSubject | Refused> {
  const { client: clientId, deviceClass, riskLevel, user: userId } = asked;
  if (asked.session !== undefined)
    return subjectOfSession(services, by, { ...asked, session: asked.session });
  if (userId === undefined) return { subject: { clientId, deviceClass, riskLevel }, session: null };
  const user = await userOf(services, by, userId);
  if (!user) return { refused: 'not_found' };
  const { roles, groups } = user;
  return { subject: { userId, roles, groups, clientId, deviceClass, riskLevel }, session: null };
}

async function subjectOfSession(
  services: Services,
  by: Pick<Ender, 'tenant'>,
  { session: id, client: clientId, ...beside }: AskedSubject & { readonly session: SessionId },
): Promise<FoundSubject | Refused> {
  const message = 'is what the session says: leave it out';
  const errors = Object.entries(beside).flatMap(([name, value]) =>
    value === undefined ? [] : [{ path: `query.${name}`, message }],
  );
  if (errors.length > 0) return { refused: 'invalid_request', errors };
  const session = await sessionOfTenant(services.store.pool, by.tenant, id);
  const user = session && (await userOf(services, by, session.userId));
  if (!user) return { refused: 'not_found' };
  return { subject: { ...subjectOf(user, session), clientId }, session };
}

async function userOf(services: Services, { tenant }: Pick<Ender, 'tenant'>, userId: UserId) {
  const ask = { userId, limit: 1, now: services.clock.now() };
  const { items } = await usersOfTenant(services.store.pool, tenant, ask);
  return items[0]?.user ?? null;
}
