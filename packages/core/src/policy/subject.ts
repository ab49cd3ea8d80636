import type { DeviceClass, PolicyCondition, RiskLevel, UserId } from '@argus/contract';
import { readUserAgent } from '../device/user-agent.ts';
import type { Session } from '../session/session.ts';
import type { User } from '../user/user.ts';

/** For whom a policy is resolved. What is not known meets no condition. */
export interface PolicySubject {
  readonly userId?: UserId | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly clientId?: string | undefined;
  readonly deviceClass?: DeviceClass | undefined;
  readonly riskLevel?: RiskLevel | undefined;
}

/** Whether every named condition holds. */
export function appliesTo(when: PolicyCondition, subject: PolicySubject): boolean {
  return (
    appliesToPerson(when, subject) &&
    meets(when.client, subject.clientId) &&
    meets(when.deviceClass, subject.deviceClass) &&
    meets(when.riskLevel, subject.riskLevel)
  );
}

/** Whether the conditions hold that are about who somebody is, wherever they sit. */
export function appliesToPerson(when: PolicyCondition, subject: PolicySubject): boolean {
  return (
    meets(when.user, subject.userId) &&
    meetsAny(when.role, subject.roles) &&
    meetsAny(when.group, subject.groups)
  );
}

/** For whom the policy of a session is resolved. */
export function subjectOf(
  user: Pick<User, 'id' | 'roles' | 'groups'>,
  session: Pick<Session, 'deviceClass' | 'riskLevel'>,
): PolicySubject {
  const { deviceClass, riskLevel } = session;
  return { userId: user.id, roles: user.roles, groups: user.groups, deviceClass, riskLevel };
}

/** The same for somebody who has no session yet. */
export function newcomerOf(
  user: Pick<User, 'id' | 'roles' | 'groups'>,
  userAgent: string | null,
): PolicySubject {
  return subjectOf(user, { deviceClass: readUserAgent(userAgent).type, riskLevel: 'low' });
}

type Wanted = string | readonly string[] | undefined;

function meets(wanted: Wanted, value: string | undefined): boolean {
  if (wanted === undefined) return true;
  return value !== undefined && (typeof wanted === 'string' ? wanted === value : wanted.includes(value));
}

function meetsAny(wanted: Wanted, values: readonly string[] = []): boolean {
  return wanted === undefined || values.some((value) => meets(wanted, value));
}
