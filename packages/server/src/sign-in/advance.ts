import {
  assuranceOf,
  type Change,
  type EventDraft,
  isAtLeast,
  type NextStep,
  type ProgressDetails,
  progressLifeMs,
  type ReachedLimit,
  type SignInProgress,
} from '@argus/core';
import { bearSession, type SessionBirth, welcome } from '../flows/begin-session.ts';
import { federationMark } from '../flows/federation-mark.ts';
import { linkIdentity } from '../flows/link-identity.ts';
import { countEvicted, ruleOf } from '../flows/make-room.ts';
import type { Refused } from '../http/answer.ts';
import { attemptCookieSeconds } from '../http/cookies.ts';
import { refuseLocked, unlockedGuard } from '../lockout/unlocked-guard.ts';
import { verificationLink } from '../recovery/change-email.ts';
import { hashOf } from '../secrets.ts';
import { type Services, stamp } from '../services.ts';
import type { SignInOutcome } from './outcome.ts';
import { asked, type Standing, stepAfter, subjectOfStanding } from './standing.ts';

/** Somebody who has just proved something. */
export interface Proven extends Standing {
  /** What the sign-in goes on from; null when this was its first proof. */
  readonly before: SignInProgress | null;
  /** What uses up this proof; written whatever the next step is. */
  readonly changes: readonly Change[];
  readonly events: readonly EventDraft[];
  readonly details: ProgressDetails;
  /** What is written only together with the session. */
  readonly also?: readonly Change[];
}

/** What stood in the way of a commit: the kind of the change that lost. */
export interface Lost {
  readonly lost: Change['kind'];
}

export type Advanced = SignInOutcome | Lost;

type Refusing = Extract<NextStep, { kind: 'refuse' }>;

/** How often room is looked for anew when others signed in meanwhile, or policy changed. */
const rounds = 3;

/** After each proof: the session, or what is asked next. Every way in comes through here. */
export async function advance(services: Services, proven: Proven): Promise<Advanced> {
  let outcome = await goStep(services, proven);
  for (let round = 1; round < rounds && lostItsPlace(outcome); round += 1) {
    services.policies.forget(proven.tenant);
    outcome = await goStep(services, proven);
  }
  return outcome;
}

/** What was proved still holds; how many sessions there are, or may be, was another matter by then. */
function lostItsPlace(outcome: Advanced): boolean {
  return 'lost' in outcome && (outcome.lost === 'make-room' || outcome.lost === 'create-session');
}

async function goStep(services: Services, proven: Proven): Promise<Advanced> {
  const step = await stepAfter(services, forClient(proven));
  switch (step.kind) {
    case 'admit':
      return admit(services, proven);
    case 'refuse':
      return refuse(services, proven, step);
    default:
      return goOn(services, proven, step);
  }
}

function forClient(proven: Proven): Proven {
  return { ...proven, clientId: proven.details.clientId };
}

async function admit(services: Services, proven: Proven): Promise<Advanced> {
  const { tenant, record, proofs, cookies, origin, instead } = proven;
  const { user, device } = record;
  const { staySignedIn } = proven.details;
  const arrival = { tenant, user, device, cookies, origin, proofs, instead, staySignedIn };
  const birth = await bearSession(services, arrival);
  const changes = [
    ...used(proven),
    ...birth.changes,
    ...passwordGuard(proven),
    ...(await remembered(services, proven, birth)),
    ...noted(proven, birth),
    ...(proven.also ?? []),
    ...(await unlockedGuard(services, proven)),
  ];
  const written = await services.store.commit({
    tenant,
    changes,
    events: stamp(services, services.clock.now(), [...proven.events, ...birth.events.map(via(proven))]),
  });
  if (!written.isCommitted)
    return written.lost === 'expect-unlocked' ? refuseLocked(services, proven) : { lost: written.lost };
  services.metrics.signIns.inc({ outcome: 'admitted' });
  countEvicted(services, changes, written);
  const signedIn = await welcome(services, birth);
  const { link } = proven.details;
  if (!link) return signedIn;
  const linker = { tenant, current: signedIn.current, origin, mark: federationMark(link) };
  const { issuer, subject, providerId, email } = link;
  const isLinked = await linkIdentity(services, linker, { issuer, subject, providerId, email });
  return isLinked ? signedIn : { ...signedIn, isLinkLost: true };
}

/** The attempt gets a new name with every proof, so that nobody who planted the old one comes along. */
async function goOn(
  services: Services,
  proven: Proven,
  step: Exclude<NextStep, { kind: 'admit' | 'refuse' }>,
): Promise<Advanced> {
  const { tenant, record, proofs, details } = proven;
  const createdAt = services.clock.now();
  const attempt = services.random.bytes(16).toString('base64url');
  const progress: SignInProgress = {
    attemptHash: hashOf(attempt),
    userId: record.user.id,
    proofs,
    passwordMark: record.phc === null ? null : hashOf(record.phc),
    details,
    createdAt,
    expiresAt: createdAt + progressLifeMs,
  };
  const { amr } = assuranceOf(proofs);
  const continued = about(proven, { type: 'sign-in.continued', details: { amr, needs: step.kind } });
  const written = await services.store.commit({
    tenant,
    changes: [
      ...used(proven),
      ...passwordGuard(proven),
      { kind: 'begin-sign-in', progress },
      ...chosenEnd(proven, createdAt),
      ...(step.kind === 'verify-email' ? linkAgain(services, proven) : []),
    ],
    events: stamp(services, createdAt, [...proven.events, continued]),
  });
  if (!written.isCommitted) return { lost: written.lost };
  services.metrics.signIns.inc({ outcome: 'continued' });
  if (step.kind === 'choose-session') services.metrics.sessionLimits.inc({ outcome: 'ask' });
  if (proven.instead !== undefined) services.metrics.sessionsEnded.inc({ reason: 'session-limit' });
  return {
    needs: await asked(services, forClient(proven), step),
    cookies: [{ name: 'attempt', value: attempt, maxAgeSeconds: attemptCookieSeconds }],
  };
}

/** What the person chose ends though it is not enough yet: others are asked for next. */
function chosenEnd({ instead, record, origin }: Proven, at: number): Change[] {
  if (instead === undefined) return [];
  const by = { actor: 'user', origin };
  return [
    { kind: 'end-session', sessionId: instead, userId: record.user.id, reason: 'session-limit', at, by },
  ];
}

/** The link that was sent at sign-up may be lost or old. */
function linkAgain(services: Services, { tenant, record: { user } }: Proven): Change[] {
  const caused = { limit: 'causedMail', whose: `sign-in ${tenant}/${user.id}` } as const;
  const isTooMuch = services.throttle.take([caused], services.clock.now()) !== null;
  return isTooMuch ? [] : verificationLink(services, { tenant, user });
}

async function refuse(services: Services, proven: Proven, step: Refusing): Promise<Refused | Lost> {
  const { reason } = step;
  const details = step.reason === 'session-limit' ? await limitIn(services, proven, step.limit) : undefined;
  const refused = about(proven, { type: 'sign-in.refused', reason, details });
  const written = await services.store.commit({
    tenant: proven.tenant,
    changes: used(proven),
    events: stamp(services, services.clock.now(), [...proven.events, refused]),
  });
  if (!written.isCommitted) return { lost: written.lost };
  services.metrics.signIns.inc({ outcome: 'refused' });
  if (!details) return { refused: 'denied' };
  services.metrics.sessionLimits.inc({ outcome: 'deny' });
  return { refused: 'too_many_sessions' };
}

/** Which limit was reached, and whose it is. */
async function limitIn(
  services: Services,
  proven: Proven,
  { path, most }: ReachedLimit,
): Promise<EventDraft['details']> {
  const policy = await services.policies.effective(proven.tenant, subjectOfStanding(forClient(proven)));
  return { limit: path, most, rule: ruleOf(policy, path) ?? null, onLimit: 'deny' };
}

/** The person is held first, whoever comes at the same moment; then what was proved counts no second time. */
function used({ record, before, changes }: Proven): Change[] {
  const userId = record.user.id;
  const finish: Change[] = before
    ? [{ kind: 'finish-sign-in', attemptHash: before.attemptHash, userId }]
    : [];
  return [{ kind: 'hold-user', userId }, ...finish, ...changes];
}

/** A password that was changed since it was proved opens nothing. */
function passwordGuard({ record, proofs }: Proven): Change[] {
  const { phc, user } = record;
  const isProved = proofs.some(({ method }) => method === 'pwd');
  return isProved ? [{ kind: 'expect-password', userId: user.id, phc: phc ?? '' }] : [];
}

async function remembered(services: Services, proven: Proven, { current }: SessionBirth): Promise<Change[]> {
  const { factors } = (await services.policies.effective(proven.tenant, subjectOfStanding(forClient(proven))))
    .authentication;
  const isWanted = proven.details.rememberDevice === true && factors.required === 1;
  if (!isWanted || factors.rememberDeviceSeconds === 0) return [];
  if (!isAtLeast(current.session.acr, 'urn:argus:aal2')) return [];
  const until = services.clock.now() + factors.rememberDeviceSeconds * 1000;
  return [{ kind: 'remember-device', userId: current.user.id, deviceId: current.device.id, until }];
}

function noted({ details }: Proven, { current }: SessionBirth): Change[] {
  const { upstream } = details;
  return upstream
    ? [{ kind: 'note-upstream-session', upstream: { ...upstream, sessionId: current.session.id } }]
    : [];
}

/** Every sign-in is told with what proved it (ASVS 16.3.1), and one from elsewhere with who said so. */
function via({ details: { upstream } }: Proven) {
  return (event: EventDraft): EventDraft =>
    upstream && event.type === 'sign-in.succeeded'
      ? { ...event, details: { ...event.details, providerId: upstream.providerId } }
      : event;
}

function about(
  { record, origin }: Proven,
  event: Pick<EventDraft, 'type' | 'reason' | 'details'>,
): EventDraft {
  return { actor: 'anyone', userId: record.user.id, origin, ...event };
}
