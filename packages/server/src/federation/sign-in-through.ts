import {
  type Change,
  confirmedEmail,
  type Device,
  decideFederatedSignIn,
  type EventDraft,
  type FederationDecision,
  type FederationRefusal,
  federatedAssurance,
  type Identity,
  type User,
} from '@argus/core';
import { identityOf, signInFacts, userFacts } from '@argus/store';
import { bearSession, type SessionBirth, welcome } from '../flows/begin-session.ts';
import { newUser } from '../flows/new-user.ts';
import { type Services, stamp } from '../services.ts';
import { refusalOfUpstream } from './begin-journey.ts';
import type { JourneyEnd, Returned } from './finish-journey.ts';
import { markOf } from './journey.ts';
import { sealLink } from './pending-link.ts';
import { tellRefusal } from './tell-refusal.ts';
import { isUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';

const rounds = 3;

/** Sign somebody in by the word of a provider. When someone else was faster, all of it is looked at again. */
export async function signInThrough(services: Services, returned: Returned): Promise<JourneyEnd> {
  const { journey, provider } = returned;
  for (let round = 0; round < rounds; round += 1) {
    const gathered = await gather(services, returned);
    if (isUpstreamFailure(gathered)) {
      await tellRefusal(services, about(returned), gathered);
      return { kind: 'refused', refused: refusalOfUpstream(gathered), journey, provider };
    }
    const { decision } = gathered;
    switch (decision.kind) {
      case 'refuse':
        return refuse(services, returned, { reason: decision.reason, user: gathered.identified });
      case 'prove-account':
        return askForAccount(services, returned, decision.user);
      case 'admit':
      case 'create': {
        const end = await enter(services, returned, gathered);
        if (end) return end;
      }
    }
  }
  return { kind: 'refused', refused: 'unavailable', journey, provider };
}

interface Gathered {
  /** Whose identity it is already, and as what it is kept. */
  readonly identity: Identity | null;
  readonly identified: User | null;
  readonly name: string | null;
  readonly decision: FederationDecision;
}

async function gather(
  { store }: Services,
  { journey, provider, vouched }: Returned,
): Promise<Gathered | UpstreamFailure> {
  const { tenant } = journey;
  const { settings } = provider;
  const { issuer, subject } = vouched;
  const record = await identityOf(store.pool, tenant, { issuer, subject });
  // Who is known already needs no address, and userinfo may be down.
  const profile = record ? { email: null, isEmailConfirmed: false, name: null } : await vouched.profile();
  if (isUpstreamFailure(profile)) return profile;
  const person = { issuer, subject, ...profile };
  const email = confirmedEmail(person, settings);
  const namesake = email === null ? null : await signInFacts(store.pool, tenant, { email, secretHash: null });
  // The account may have been made with this very identity since the first look.
  const known = record ?? (namesake ? await identityOf(store.pool, tenant, { issuer, subject }) : null);
  const identified = known?.user ?? null;
  const facts = { known: identified, namesake: namesake?.user ?? null };
  const decision = decideFederatedSignIn(facts, person, settings);
  return { identity: known?.identity ?? null, identified, name: profile.name, decision };
}

/** Null: what was gathered is no longer so. */
async function enter(services: Services, returned: Returned, gathered: Gathered): Promise<JourneyEnd | null> {
  const { journey, provider, vouched, cookies, origin } = returned;
  const { tenant } = journey;
  const now = services.clock.now();
  const entrance = await entranceOf(services, returned, gathered);
  if (!entrance) return null;
  const { user, device } = entrance;
  const proofs = [federatedAssurance(vouched.said, provider.settings.assurance, now)] as const;
  const birth = bearSession(services, { tenant, user, device, cookies, origin, proofs });
  const written = await services.store.commit({
    tenant,
    changes: changesOf(returned, entrance, birth),
    events: stamp(services, now, [...entrance.events, ...birth.events.map((event) => via(event, returned))]),
  });
  if (written.isCommitted) {
    services.metrics.signIns.inc({ outcome: 'admitted' });
    return { kind: 'signed-in', journey, outcome: await welcome(services, birth) };
  }
  return written.lost === 'claim-mark'
    ? { kind: 'refused', refused: 'form_expired', journey, provider }
    : null;
}

/** By which identity who comes in. */
interface Entrance {
  readonly user: User;
  readonly device: Device | null;
  /** What makes the user, who is not there before. */
  readonly creation: readonly Change[];
  readonly identity: Change;
  readonly events: readonly EventDraft[];
}

async function entranceOf(
  services: Services,
  returned: Returned,
  { identity, identified, name, decision }: Gathered,
): Promise<Entrance | null> {
  const { journey, provider, vouched } = returned;
  const { issuer, subject } = vouched;
  const at = services.clock.now();
  if (decision.kind === 'create') {
    const { email } = decision;
    const { user, change } = newUser(services, journey.tenant, { email, name: name ?? undefined, roles: [] });
    const linked = { issuer, subject, providerId: provider.id, userId: user.id, email };
    return {
      user,
      device: null,
      creation: [change],
      identity: { kind: 'link-identity', identity: { ...linked, linkedAt: at, lastUsedAt: at } },
      events: firstTime(returned, user),
    };
  }
  if (!identified) return null;
  const userId = identified.id;
  const secretHash = services.secrets.deviceSecretHash(returned.cookies.device);
  const record = await userFacts(services.store.pool, journey.tenant, { userId, secretHash });
  const email = vouched.email ?? identity?.email ?? null;
  return {
    user: identified,
    device: record?.device ?? null,
    creation: [],
    identity: { kind: 'use-identity', issuer, subject, userId, email, at },
    events: [],
  };
}

function changesOf(
  { journey, provider, vouched }: Returned,
  { creation, identity }: Entrance,
  birth: SessionBirth,
): Change[] {
  const { issuer, subject, sid } = vouched;
  const sessionId = birth.current.session.id;
  return [
    { kind: 'claim-mark', mark: markOf(journey) },
    ...creation,
    ...birth.changes,
    identity,
    { kind: 'note-upstream-session', upstream: { sessionId, providerId: provider.id, issuer, subject, sid } },
  ];
}

function firstTime({ provider, origin }: Returned, { id: userId }: User): EventDraft[] {
  const event = {
    actor: 'anyone',
    userId,
    origin,
    reason: 'federation',
    details: { providerId: provider.id },
  };
  return [
    { type: 'user.created', ...event },
    { type: 'identity.linked', ...event },
  ];
}

/** Every sign-in is told with what proved it (ASVS 16.3.1), and here with who said so. */
function via(event: EventDraft, { provider }: Returned): EventDraft {
  if (event.type !== 'sign-in.succeeded') return event;
  return { ...event, details: { ...event.details, providerId: provider.id } };
}

async function refuse(
  services: Services,
  returned: Returned,
  { reason, user }: { readonly reason: FederationRefusal; readonly user: User | null },
): Promise<JourneyEnd> {
  const { journey, provider } = returned;
  services.metrics.signIns.inc({ outcome: 'refused' });
  await tellRefusal(services, about(returned, user), { reason });
  return { kind: 'refused', refused: 'denied', why: reason, journey, provider };
}

/**
 * An account has this address. That the two belong to one person is for that person to prove, here and now: whoever
 * owns the address at the provider need not be who owns the account.
 */
async function askForAccount(services: Services, returned: Returned, user: User): Promise<JourneyEnd> {
  const { journey, provider, vouched } = returned;
  const { tenant, providerId, attempt } = journey;
  const { issuer, subject } = vouched;
  const isFirst = await tellRefusal(services, about(returned, user), { reason: 'account-not-linked' });
  if (!isFirst) return { kind: 'refused', refused: 'form_expired', journey, provider };
  const { email } = user;
  const link = sealLink(services, { tenant, providerId, attempt, issuer, subject, email });
  return { kind: 'prove-account', journey, provider, link, email };
}

function about({ journey, provider, origin }: Returned, user?: User | null) {
  const claim: Change = { kind: 'claim-mark', mark: markOf(journey) };
  return { tenant: journey.tenant, provider, origin, userId: user?.id, changes: [claim] };
}
