import type { SessionId } from '@argus/contract';
import {
  type Change,
  type EffectivePolicy,
  isLimited,
  type Origin,
  ruleInWords,
  type Session,
  type SessionLimitPath,
} from '@argus/core';
import type { Committed } from '@argus/store';
import type { Services } from '../services.ts';

export interface Beginning {
  readonly session: Session;
  readonly origin: Origin;
  /** The session that the person chose to end for it. */
  readonly chosen: SessionId | undefined;
}

/** What keeps a session that begins within its limits: written with it, so that sign-ins at once cannot pass them. */
export function makeRoom(policy: EffectivePolicy, { session, origin, chosen }: Beginning): Change[] {
  const { concurrent } = policy.session;
  const { id: sessionId, userId, deviceClass, createdAt: at } = session;
  if (!isLimited(concurrent, deviceClass) && chosen === undefined) return [];
  const paths: readonly SessionLimitPath[] = [
    'session.concurrent.max',
    `session.concurrent.perDeviceClass.${deviceClass}`,
  ];
  const rules = Object.fromEntries(paths.map((path) => [path, ruleOf(policy, path)]));
  const by = { actor: 'user', origin };
  return [{ kind: 'make-room', userId, sessionId, deviceClass, chosen, policy: concurrent, rules, at, by }];
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
