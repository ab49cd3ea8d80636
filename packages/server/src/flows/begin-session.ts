import { argusClient, type DeviceId, type GrantId, type SessionId, type TenantId } from '@argus/contract';
import {
  type Assurance,
  type Change,
  type Device,
  type EffectivePolicy,
  type EventDraft,
  type Grant,
  newcomerOf,
  type Proofs,
  type Session,
  startSession,
  type User,
} from '@argus/core';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies, SetCookie } from '../http/cookies.ts';
import { deviceCookieSeconds } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import type { Current } from './current-session.ts';
import { heldSession } from './current-session.ts';
import { issueTokens, tokenCookies } from './issue-tokens.ts';
import { makeRoom } from './make-room.ts';

/** Where a person stands who has just proved who they are. */
export interface Arrival {
  readonly tenant: TenantId;
  readonly user: User;
  /** The device of the presented secret, when this person was seen on it. */
  readonly device: Device | null;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
  /** What was proved, or what an earlier session of the same person and browser had proved. */
  readonly proofs: Proofs | Assurance;
  /** The person asked to stay signed in. */
  readonly staySignedIn?: boolean | undefined;
  /** The session that the person chose to end for this one. */
  readonly instead?: SessionId | undefined;
}

/** What to commit for a new session, and how to answer once it is committed. */
export interface SessionBirth {
  readonly changes: readonly Change[];
  readonly events: readonly EventDraft[];
  readonly current: Omit<Current, 'accessExpiresAt'>;
  readonly newDeviceCookie: string | null;
}

/**
 * A session is always born whole: new session, grant and identifiers; what this browser held before ends
 * (fixation: nothing that was there before sign-in survives it).
 */
export async function bearSession(services: Services, arrival: Arrival): Promise<SessionBirth> {
  const { random, clock } = services;
  const { tenant, user, origin } = arrival;
  const now = clock.now();
  const inForce = await services.policies.of(tenant);
  const policy = inForce.resolve(newcomerOf(user, origin.userAgent));
  const { version } = inForce;
  const { device, cookie } = deviceOf(services, arrival, now);
  const { session, grant } = startSession(
    {
      sessionId: random.uuid() as SessionId,
      grantId: random.uuid() as GrantId,
      grantSecret: random.bytes(32),
      userId: user.id,
      deviceId: device.id,
      clientId: argusClient,
      proofs: arrival.proofs,
      staySignedIn: arrival.staySignedIn,
      ...origin,
    },
    policy,
    now,
  );
  const born = { device, session, grant };
  return {
    changes: changesOf(services, arrival, { ...born, policy, version }),
    events: eventsOf(arrival, born),
    current: { tenant, user, device, session, grant, policyVersion: version },
    newDeviceCookie: cookie,
  };
}

interface Born {
  readonly device: Device;
  readonly session: Session;
  readonly grant: Grant;
}

interface Decided extends Born {
  readonly policy: EffectivePolicy;
  /** Of the tenant's policy. */
  readonly version: number;
}

function changesOf(
  services: Services,
  arrival: Arrival,
  { device, session, grant, policy, version }: Decided,
): Change[] {
  const { user } = arrival;
  const at = session.createdAt;
  return [
    { kind: 'hold-user', userId: user.id },
    { kind: 'see-device', device, at },
    {
      kind: 'create-session',
      session,
      policyVersion: Number.isFinite(version) ? version : undefined,
      methods: session.amr,
      authenticationIds: session.amr.map(() => services.random.uuid()),
    },
    { kind: 'create-grant', grant },
    ...replaced(services, arrival, at),
    ...makeRoom(services, policy, { ...arrival, session, chosen: arrival.instead }),
  ];
}

function eventsOf(arrival: Arrival, { device, session, grant }: Born): EventDraft[] {
  const about = {
    actor: 'user',
    userId: arrival.user.id,
    sessionId: session.id,
    grantId: grant.id,
    deviceId: device.id,
    origin: arrival.origin,
  };
  const signedIn: EventDraft = {
    type: 'sign-in.succeeded',
    ...about,
    details: { amr: session.amr, acr: session.acr },
  };
  return arrival.device ? [signedIn] : [signedIn, { type: 'device.seen-first', ...about }];
}

/** The cookies and the session of a birth that was committed. */
export async function welcome(
  services: Services,
  birth: SessionBirth,
): Promise<{ current: Current; cookies: SetCookie[] }> {
  const tokens = await issueTokens(services, birth.current);
  const cookies = tokenCookies(tokens, birth.current.session, services.clock.now());
  cookies.push({ name: 'attempt', value: null });
  if (birth.newDeviceCookie)
    cookies.push({ name: 'device', value: birth.newDeviceCookie, maxAgeSeconds: deviceCookieSeconds });
  return { current: { ...birth.current, accessExpiresAt: tokens.accessExpiresAt }, cookies };
}

function deviceOf(
  { random, secrets }: Services,
  arrival: Arrival,
  now: number,
): { device: Device; cookie: string | null } {
  const { userAgent } = arrival.origin;
  if (arrival.device) return { device: { ...arrival.device, userAgent, lastSeenAt: now }, cookie: null };
  // A secret that was issued here names this browser already: another person on it shares the secret, not the device.
  const known = secrets.deviceSecretHash(arrival.cookies.device);
  const cookie = known ? null : secrets.newDeviceCookie(random);
  const secretHash = known ?? secrets.deviceSecretHash(cookie ?? undefined);
  if (!secretHash) throw new Error('a device cookie that was just made must be ours');
  const id = random.uuid() as DeviceId;
  return {
    device: { id, userId: arrival.user.id, secretHash, userAgent, firstSeenAt: now, lastSeenAt: now },
    cookie,
  };
}

function replaced(services: Services, { cookies, tenant, origin }: Arrival, at: number): Change[] {
  const before = heldSession(services, cookies);
  if (before?.tenant !== tenant) return [];
  const by = { actor: 'user', origin };
  const { sessionId } = before;
  return [{ kind: 'end-session', sessionId, reason: 'replaced', at, by, orAlreadyEnded: true }];
}
