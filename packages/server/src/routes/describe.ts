import type {
  ActivityCounts,
  AdminSession,
  AdminUser,
  AuditEventAnswer,
  ListedSession,
  SessionAnswer,
} from '@argus/contract';
import { type AuditEvent, type Device, deviceName, limitedBy, readUserAgent, subjectOf } from '@argus/core';
import type { SessionActivity, SessionRecord, UserRecord } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { Services } from '../services.ts';

/** An instant on the wire (RFC 3339, UTC). */
export function time(at: number): string {
  return new Date(at).toISOString();
}

export async function describeCurrent(
  { policies }: Pick<Services, 'policies'>,
  current: Current,
): Promise<SessionAnswer> {
  const { session, user, device, accessExpiresAt } = current;
  const policy = await policies.effective(current.tenant, subjectOf(user, session));
  return {
    user: { id: user.id, email: user.email, name: user.name, roles: [...user.roles] },
    session: {
      id: session.id,
      authTime: time(session.authenticatedAt),
      amr: [...session.amr],
      acr: session.acr,
      createdAt: time(session.createdAt),
      lastActiveAt: time(session.lastActiveAt),
      expiresAt: time(accessExpiresAt),
      idleExpiresAt: time(session.idleExpiresAt),
      absoluteExpiresAt: time(session.absoluteExpiresAt),
      limitedBy: limitedBy(session, policy),
      bound: false,
    },
    device: describeDevice(device),
  };
}

export function describeDevice(device: Device): SessionAnswer['device'] {
  const agent = readUserAgent(device.userAgent);
  return {
    id: device.id,
    name: deviceName(agent),
    browser: agent.browser,
    os: agent.os,
    type: agent.type,
    firstSeenAt: time(device.firstSeenAt),
    lastSeenAt: time(device.lastSeenAt),
  };
}

export function describeSession(
  { session, device, clients, madeRoomFor }: SessionRecord,
  currentId: string | null,
): ListedSession {
  return {
    id: session.id,
    current: session.id === currentId,
    state: session.state,
    device: describeDevice(device),
    location: { ip: session.ip },
    createdAt: time(session.createdAt),
    lastActiveAt: time(session.lastActiveAt),
    amr: [...session.amr],
    acr: session.acr,
    clients: [...clients],
    bound: false,
    endedAt: session.endedAt === null ? null : time(session.endedAt),
    endReason: session.endReason,
    madeRoomFor: madeRoomFor && deviceName(readUserAgent(madeRoomFor.userAgent)),
  };
}

export function describeAdminSession(
  record: SessionRecord,
  activity: SessionActivity | undefined,
): AdminSession {
  const { current: _, ...session } = describeSession(record, null);
  const { userId } = record.session;
  return { ...session, userId, email: record.email, activity: describeActivity(activity) };
}

export function describeActivity(activity: SessionActivity | undefined): ActivityCounts | null {
  return activity ? { ...activity, lastAt: time(activity.lastAt) } : null;
}

export function describeUser({ user, liveSessions, lockedUntil }: UserRecord): AdminUser {
  const { id, email, name, status } = user;
  return {
    id,
    email,
    name,
    roles: [...user.roles],
    groups: [...user.groups],
    status,
    createdAt: time(user.createdAt),
    liveSessions,
    lockedUntil: lockedUntil === null ? null : time(lockedUntil),
  };
}

export function describeEvent(event: AuditEvent): AuditEventAnswer {
  return {
    id: event.id,
    time: time(event.at),
    type: event.type,
    actor: event.actor,
    userId: event.userId ?? null,
    sessionId: event.sessionId ?? null,
    grantId: event.grantId ?? null,
    deviceId: event.deviceId ?? null,
    reason: event.reason ?? null,
    ip: event.origin?.ip ?? null,
    userAgent: event.origin?.userAgent ?? null,
    details: { ...event.details },
  };
}
