import type { UserId } from '@argus/contract';
import {
  type Change,
  confirmedEmail,
  decideFederatedSignIn,
  type EventDraft,
  type FederationDecision,
  type FederationRefusal,
  federatedAssurance,
  type Identity,
  type User,
} from '@argus/core';
import { identityOf, signInFacts, userFacts } from '@argus/store';
import { federationMark } from '../flows/federation-mark.ts';
import { newUser } from '../flows/new-user.ts';
import { isRefused } from '../http/answer.ts';
import { type Welcomed, welcomedBy } from '../invitation/welcome.ts';
import { type Services, stamp } from '../services.ts';
import { type Advanced, advance } from '../sign-in/advance.ts';
import { isGoingOn } from '../sign-in/outcome.ts';
import { refusalOfUpstream } from './begin-journey.ts';
import type { JourneyEnd, Returned } from './finish-journey.ts';
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
  readonly welcomed: Welcomed;
  readonly decision: FederationDecision;
}

async function gather(
  services: Services,
  { journey, provider, vouched }: Returned,
): Promise<Gathered | UpstreamFailure> {
  const { store } = services;
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
  const welcomed = await welcomedBy(services, { tenant, email, newUsers: settings.newUsers });
  const decision = decideFederatedSignIn(facts, person, { ...settings, newUsers: welcomed.newUsers });
  return { identity: known?.identity ?? null, identified, name: profile.name, welcomed, decision };
}

/** Null: what was gathered is no longer so. */
async function enter(services: Services, returned: Returned, gathered: Gathered): Promise<JourneyEnd | null> {
  const { journey, provider, vouched, cookies, origin } = returned;
  const { decision, identified, identity } = gathered;
  const created = decision.kind === 'create' ? await create(services, returned, gathered) : null;
  if (created === 'lost') return null;
  if (created === 'used') return { kind: 'refused', refused: 'form_expired', journey, provider };
  const userId = created ?? identified?.id;
  if (!userId) return null;
  const { tenant } = journey;
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId, secretHash });
  if (!record) return null;
  const at = services.clock.now();
  const { issuer, subject, sid, said } = vouched;
  const email = vouched.email ?? identity?.email ?? null;
  const proof = federatedAssurance(said, provider.settings.assurance, at);
  const claim: Change = { kind: 'claim-mark', mark: federationMark(journey) };
  const outcome = await advance(services, {
    tenant,
    record,
    proofs: [proof],
    before: null,
    changes: created ? [] : [claim, { kind: 'use-identity', issuer, subject, userId, email, at }],
    events: [],
    details: { upstream: { providerId: provider.id, issuer, subject, sid } },
    cookies,
    origin,
  });
  return endOf(returned, outcome);
}

function endOf({ journey, provider }: Returned, outcome: Advanced): JourneyEnd | null {
  if ('lost' in outcome)
    return outcome.lost === 'claim-mark'
      ? { kind: 'refused', refused: 'form_expired', journey, provider }
      : null;
  if (isRefused(outcome)) return { kind: 'refused', refused: outcome.refused, journey, provider };
  return isGoingOn(outcome)
    ? { kind: 'going-on', journey, outcome }
    : { kind: 'signed-in', journey, outcome };
}

/** Whoever comes for the first time gets an account whose address the provider has seen mail arrive at. */
async function create(
  services: Services,
  returned: Returned,
  { name, decision, welcomed }: Gathered,
): Promise<UserId | 'lost' | 'used' | null> {
  if (decision.kind !== 'create') return null;
  const { journey, provider, vouched } = returned;
  const { issuer, subject } = vouched;
  const at = services.clock.now();
  const { email } = decision;
  const of = { email, name: name ?? undefined, roles: [], isEmailVerified: true };
  const user: User = { ...newUser(services, journey.tenant, of).user, ...welcomed.as };
  const linked = { issuer, subject, providerId: provider.id, userId: user.id, email };
  const written = await services.store.commit({
    tenant: journey.tenant,
    changes: [
      { kind: 'claim-mark', mark: federationMark(journey) },
      ...welcomed.changes,
      { kind: 'create-user', user },
      { kind: 'link-identity', identity: { ...linked, linkedAt: at, lastUsedAt: at } },
    ],
    events: stamp(services, at, firstTime(returned, user, welcomed)),
  });
  if (written.isCommitted) return user.id;
  return written.lost === 'claim-mark' ? 'used' : 'lost';
}

function firstTime(
  { provider, origin }: Returned,
  { id: userId }: User,
  { event: accepted }: Welcomed,
): EventDraft[] {
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
    ...(accepted ? [{ actor: 'anyone', userId, origin, ...accepted }] : []),
  ];
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
  const claim: Change = { kind: 'claim-mark', mark: federationMark(journey) };
  return { tenant: journey.tenant, provider, origin, userId: user?.id, changes: [claim] };
}
