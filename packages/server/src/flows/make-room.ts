import type { SessionId, TenantId } from '@argus/contract';
import {
  type Change,
  type EffectivePolicy,
  isLimited,
  type Origin,
  ruleInWords,
  type Session,
  type SessionLimitPath,
  type User,
} from '@argus/core';
import type { Committed } from '@argus/store';
import { mailFor } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import { sessionsUrl } from '../mail/places.ts';
import type { Services } from '../services.ts';

export interface Beginning {
  readonly tenant: TenantId;
  readonly user: User;
  readonly session: Session;
  readonly origin: Origin;
  /** The session that the person chose to end for it. */
  readonly chosen: SessionId | undefined;
}

/** What keeps a session that begins within its limits: written with it, so that sign-ins at once cannot pass them. */
export function makeRoom(
  services: Services,
  policy: EffectivePolicy,
  { tenant, user, session, origin, chosen }: Beginning,
): Change[] {
  const { concurrent } = policy.session;
  const { id: sessionId, userId, deviceClass, createdAt: at } = session;
  if (!isLimited(concurrent, deviceClass) && chosen === undefined) return [];
  const paths: readonly SessionLimitPath[] = [
    'session.concurrent.max',
    `session.concurrent.perDeviceClass.${deviceClass}`,
  ];
  const rules = Object.fromEntries(paths.map((path) => [path, ruleOf(policy, path)]));
  const draft = {
    kind: 'made-room',
    name: user.name,
    by: occurrenceOf(origin, at),
    link: sessionsUrl(services.config),
  } as const;
  const notice = mailFor(services, tenant, { to: user.email, userId, draft });
  const decided = { policy: concurrent, rules, notice, at, by: { actor: 'user', origin } };
  return [{ kind: 'make-room', userId, sessionId, deviceClass, chosen, ...decided }];
}

/** Which rule set a limit of sessions, in words. */
export function ruleOf({ rules }: EffectivePolicy, path: SessionLimitPath): string | undefined {
  const ruled = rules.get(path);
  return ruled && ruleInWords(ruled.rule);
}

/** Count what gave way in a commit. */
export function countEvicted(
  { metrics }: Pick<Services, 'metrics'>,
  changes: readonly Change[],
  written: Extract<Committed, { isCommitted: true }>,
): void {
  changes.forEach((change, place) => {
    if (change.kind !== 'make-room') return;
    const many = written.touched[place]?.length ?? 0;
    if (many === 0) return;
    metrics.sessionsEnded.inc({ reason: 'session-limit' }, many);
    metrics.sessionLimits.inc({ outcome: change.policy.onLimit });
  });
}
