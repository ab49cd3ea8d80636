import { limitsOf } from '../session/lifetime.ts';
import type { Session } from '../session/session.ts';
import type { EffectivePolicy } from './resolve.ts';
import { durationInWords, ruleInWords } from './words.ts';

/** Which rule ends this session first, in words: "why does my session end then". */
export function limitedBy(
  session: Pick<
    Session,
    'createdAt' | 'lastActiveAt' | 'idleExpiresAt' | 'absoluteExpiresAt' | 'isRemembered'
  >,
  policy: EffectivePolicy,
): string {
  const limits = limitsOf(policy.session, session);
  const isRemembered = limits === policy.session.rememberMe;
  const isIdle = session.idleExpiresAt < session.absoluteExpiresAt;
  const name = isIdle ? 'idle' : 'absolute';
  const seconds = isIdle ? limits.idleSeconds : limits.absoluteSeconds;
  const from = isIdle ? session.lastActiveAt : session.createdAt;
  const end = isIdle ? session.idleExpiresAt : session.absoluteExpiresAt;
  // Policy was looser or tighter when the limit was set, and live sessions are only ever made tighter.
  if (seconds === null || from + seconds * 1000 !== end) return `${name} limit of an earlier policy`;
  const rule = policy.rules.get(pathOf(isIdle, isRemembered))?.rule;
  return `${name} limit of ${durationInWords(seconds)}, set by ${rule ? ruleInWords(rule) : 'the policy'}`;
}

function pathOf(isIdle: boolean, isRemembered: boolean): string {
  if (isRemembered) return isIdle ? 'session.rememberMe.idleDays' : 'session.rememberMe.absoluteDays';
  return isIdle ? 'session.idleMinutes' : 'session.absoluteHours';
}
