import { type AuthenticatorAnswer, type RefusalCode, refusalOf } from '@argus/contract';
import { limitedBy, subjectOf } from '@argus/core';
import {
  auditEvents,
  consentsOfUser,
  endedSessionsOfUser,
  identitiesOfUser,
  liveSessionsOfUser,
  providersOfTenant,
  userFacts,
} from '@argus/store';
import { listAuthenticators } from '../account/list-authenticators.ts';
import { userHandleOf } from '../authenticators/passkey/registration-options.ts';
import { relyingPartyOf } from '../authenticators/passkey/relying-party-of.ts';
import { ruleFor } from '../authenticators/password/owner.ts';
import type { Current } from '../flows/current-session.ts';
import type { Visit } from '../flows/visit.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/route.ts';
import {
  type AccountNotice,
  type AccountView,
  type AllowedApplication,
  accountPage,
  type ConnectedIdentity,
  type KnownPasskeys,
  scopeSentence,
  sentenceOf,
} from '../pages/index.ts';
import type { Services } from '../services.ts';
import { describeSession, time } from './describe.ts';

export interface Shown {
  readonly visit: Visit;
  readonly notice?: AccountNotice | undefined;
  readonly refusal?: RefusalCode;
}

/** The account page: sessions, applications, providers and what happened lately. */
export async function accountAnswer(
  services: Services,
  call: Call,
  { visit, notice, refusal }: Shown,
): Promise<Answer> {
  const { current, formToken } = visit;
  const { tenant, user } = current;
  const [sessions, applications, ways, authenticators] = await Promise.all([
    sessionsOf(services, current, call.query.cursor),
    applicationsOf(services, current, call.query.applications),
    waysInOf(services, current),
    listAuthenticators(services, tenant, user.id),
  ]);
  const html = accountPage({
    formToken,
    user,
    ...sessions,
    ...applications,
    ...ways,
    authenticators,
    knownPasskeys: knownPasskeys(services, current, authenticators),
    isEmailVerified: user.emailVerifiedAt !== null,
    notice,
    refusal,
    rule: await ruleFor(services, {
      tenant,
      subject: subjectOf(user, current.session),
      hasSecondFactor: authenticators.some(({ kind }) => kind === 'passkey' || kind === 'totp'),
    }),
    now: time(services.clock.now()),
  });
  return { status: refusal ? refusalOf(refusal).status : 200, html };
}

/** What the browser's list of passkeys is compared with (WebAuthn §5.1.10). */
function knownPasskeys(
  services: Services,
  { user }: Current,
  authenticators: readonly AuthenticatorAnswer[],
): KnownPasskeys {
  return {
    rpId: relyingPartyOf(services).rpId,
    userId: userHandleOf(user.id),
    name: user.email,
    displayName: user.name ?? user.email,
    credentialIds: authenticators.flatMap((each) => (each.kind === 'passkey' ? [each.credentialId] : [])),
  };
}

type SessionParts = Pick<AccountView, 'current' | 'sessions' | 'nextCursor' | 'history' | 'events'>;

async function sessionsOf(
  services: Services,
  current: Current,
  cursor: string | undefined,
): Promise<SessionParts> {
  const { tenant, user, session } = current;
  const { pool } = services.store;
  const now = services.clock.now();
  const [live, ended, events] = await Promise.all([
    liveSessionsOfUser(pool, tenant, { userId: user.id, now, limit: 20, cursor }),
    endedSessionsOfUser(pool, tenant, { userId: user.id, limit: 10 }),
    auditEvents(pool, tenant, { userId: user.id, notable: true, limit: 10 }),
  ]);
  const { device, grant } = current;
  const record = { session, device, clients: [grant.clientId], email: user.email, madeRoomFor: null };
  return {
    current: {
      ...describeSession(record, session.id),
      limitedBy: limitedBy(session, await services.policies.effective(tenant, subjectOf(user, session))),
      idleExpiresAt: time(session.idleExpiresAt),
      absoluteExpiresAt: time(session.absoluteExpiresAt),
    },
    sessions: live.items.map((item) => describeSession(item, session.id)),
    nextCursor: live.nextCursor,
    history: ended.items.map((item) => describeSession(item, session.id)),
    events: events.items.map((event) => ({
      time: time(event.at),
      type: event.type,
      sentence: sentenceOf(event.type),
      ip: event.origin?.ip ?? null,
    })),
  };
}

async function applicationsOf(
  services: Services,
  { tenant, user }: Current,
  cursor: string | undefined,
): Promise<Pick<AccountView, 'applications' | 'nextApplications'>> {
  const page = await consentsOfUser(services.store.pool, tenant, { userId: user.id, limit: 20, cursor });
  const applications = page.items.map(async ({ consent, clientName }): Promise<AllowedApplication> => {
    const client = await services.clients.find(consent.clientId);
    return {
      client: { id: consent.clientId, name: clientName, isVerified: client?.source !== 'registration' },
      scopes: consent.scope.map((name) => ({ name, sentence: scopeSentence(name) })),
      since: time(consent.grantedAt),
      until: consent.expiresAt === null ? null : time(consent.expiresAt),
    };
  });
  return { applications: await Promise.all(applications), nextApplications: page.nextCursor };
}

/** How this person can sign in: the password, and providers that are connected or could be. */
async function waysInOf(
  { store }: Services,
  { tenant, user }: Current,
): Promise<Pick<AccountView, 'identities' | 'providers' | 'hasPassword'>> {
  const [identities, providers, facts] = await Promise.all([
    identitiesOfUser(store.pool, tenant, user.id),
    providersOfTenant(store.pool, tenant, { limit: 100 }),
    userFacts(store.pool, tenant, { userId: user.id, secretHash: null }),
  ]);
  const hasPassword = facts?.phc != null;
  const connected = identities.map((identity): ConnectedIdentity => {
    const provider = providers.items.find(({ id }) => id === identity.providerId);
    return {
      issuer: identity.issuer,
      subject: identity.subject,
      providerName: provider?.settings.name ?? identity.issuer,
      email: identity.email,
      linkedAt: time(identity.linkedAt),
      lastUsedAt: time(identity.lastUsedAt),
      isOnlyWay: !hasPassword && facts?.enrolled.passkeys === 0 && identities.length === 1,
    };
  });
  const open = providers.items.filter(({ id }) => !identities.some(({ providerId }) => providerId === id));
  return {
    identities: connected,
    providers: open
      .filter(({ settings }) => settings.isShown)
      .map(({ id, settings }) => ({ id, name: settings.name })),
    hasPassword,
  };
}
