import { type OAuthError, refusalOf } from '@argus/contract';
import { type AuthorizationDecision, type Client, type Consent, decideAuthorization } from '@argus/core';
import { consentOf } from '@argus/store';
import { verifyIdTokenHint } from '@argus/tokens';
import { reachableLevel } from '../../federation/ways-in.ts';
import { type Visit, visitOf } from '../../flows/visit.ts';
import { type Answer, isRefused, seeOther } from '../../http/answer.ts';
import type { CallOrigin } from '../../http/caller.ts';
import type { SetCookie } from '../../http/cookies.ts';
import type { Call } from '../../http/route.ts';
import { accountChoicePage, authorizationErrorPage, consentPage, scopeSentence } from '../../pages/index.ts';
import { type Services, stamp } from '../../services.ts';
import { descriptionOf, type ReadRequest, readAsked, type UnreadRequest } from './asked-request.ts';
import { authorizationResponse, leadingTo, type ResponseTarget } from './authorization-response.ts';
import { grantCode, usedUp } from './grant-code.ts';
import { type Asked, sealRequest } from './sealed-request.ts';
import { tooOften } from './too-often.ts';

/** A request, its client, and the person who is there, if any. */
export interface Authorizing extends ReadRequest {
  readonly visit: Visit | null;
  readonly consent: Consent | null;
  readonly origin: CallOrigin;
  /** Cookies of a refresh on the way; they go with every answer. */
  readonly cookies: readonly SetCookie[];
}

/** Answer an authorization request: a code, a question to the person, or a refusal (OIDC Core §3.1.2). */
export async function authorize(services: Services, call: Call, shown: Asked): Promise<Answer> {
  const read = await readAsked(services, shown);
  if (!('request' in read)) return refuseUnread(services, read);
  const authorizing = await withPerson(services, call, read);
  return carryOut(services, call, authorizing);
}

/** The same for a request that was just read, once the person is known. */
async function withPerson(services: Services, call: Call, read: ReadRequest): Promise<Authorizing> {
  const visit = await visitOf(services, call);
  const { origin } = call;
  const { tenant, id } = read.client;
  // A session of another tenant says nothing here; the sign-in page of this one comes first.
  if (isRefused(visit) || visit.current.tenant !== tenant)
    return { ...read, visit: null, consent: null, origin, cookies: isRefused(visit) ? [] : visit.cookies };
  const userId = visit.current.user.id;
  const consent = await consentOf(services.store.pool, tenant, { userId, clientId: id });
  return { ...read, visit, consent, origin, cookies: visit.cookies };
}

async function decide(services: Services, authorizing: Authorizing): Promise<AuthorizationDecision> {
  const { request, client, visit, consent, asked } = authorizing;
  return decideAuthorization({
    request,
    client,
    session: visit ? { session: visit.current.session, user: visit.current.user } : null,
    consent,
    continuation: asked.isContinued ? asked : null,
    hintedSubject: hintedSubject(services, authorizing),
    // Asked only of who asks for it: it is a question more.
    reachable:
      request.acrValues.length > 0
        ? await reachableLevel(services, client.tenant, visit?.current ?? null)
        : 'urn:argus:aal1',
    now: services.clock.now(),
  });
}

async function carryOut(services: Services, call: Call, authorizing: Authorizing): Promise<Answer> {
  const decision = await decide(services, authorizing);
  switch (decision.kind) {
    case 'error':
      return refuseAsked(services, authorizing, decision.error);
    case 'sign-in':
      return lead(services, authorizing, '/sign-in');
    case 'step-up':
      return lead(services, authorizing, '/step-up');
    case 'choose-account':
      return askForAccount(services, authorizing);
    case 'consent':
      return askForConsent(services, authorizing, decision.scope);
    case 'issue': {
      const granted = await grantCode(services, call, authorizing);
      if ('code' in granted)
        return authorizationResponse(
          services.config.issuer,
          authorizing.request,
          granted,
          authorizing.cookies,
        );
      // Session or consent ended meanwhile: now something else is missing, and what that leads to is decided anew.
      if (granted.lost === 'ground') return authorize(services, call, authorizing.asked);
      if (granted.lost === 'patience') return refuseAsked(services, authorizing, 'temporarily_unavailable');
      return errorAnswer('invalid_request', authorizing.client.settings.name);
    }
  }
}

/** Whom the client believes to be there: the subject of an ID token of ours for this client, be it an old one. */
function hintedSubject({ keys, config, clock }: Services, { request, client }: Authorizing): string | null {
  if (request.idTokenHint === null) return null;
  const hint = verifyIdTokenHint(keys.ring(), request.idTokenHint, {
    issuer: config.issuer,
    now: clock.now(),
  });
  const claims = hint.ok || hint.rejection === 'expired' ? hint.claims : undefined;
  // A hint that proves nothing must not pass for "nobody in particular".
  return claims?.aud === client.id ? claims.sub : '';
}

/** To a page that asks the person, with the request in hand. */
function lead(services: Services, authorizing: Authorizing, path: '/sign-in' | '/step-up'): Answer {
  const sealed = sealRequest(services, authorizing.asked);
  if (sealed === null) return refuseTooLong(services, authorizing);
  const query = new URLSearchParams({ request: sealed });
  return seeOther(`${path}?${query}`, authorizing.cookies);
}

function refuseTooLong(services: Services, { request, cookies }: Authorizing): Answer {
  const description = descriptionOf('invalid_request');
  return authorizationResponse(
    services.config.issuer,
    request,
    { error: 'invalid_request', description },
    cookies,
  );
}

function askForAccount(services: Services, authorizing: Authorizing): Answer {
  const { visit, client, asked, request, cookies } = authorizing;
  const sealed = sealRequest(services, asked);
  if (!visit || sealed === null) return lead(services, authorizing, '/sign-in');
  const { email, name } = visit.current.user;
  const html = accountChoicePage({
    formToken: visit.formToken,
    request: sealed,
    email,
    name,
    clientName: client.settings.name,
  });
  return { status: 200, html, cookies, csp: leadingTo(request.redirectUri) };
}

async function askForConsent(
  services: Services,
  authorizing: Authorizing,
  scope: readonly string[],
): Promise<Answer> {
  const { visit, client, asked, request, cookies } = authorizing;
  const sealed = sealRequest(services, asked);
  if (!visit || sealed === null) return lead(services, authorizing, '/sign-in');
  const known = await services.clients.resourcesOf(client);
  const resources = known
    .filter(({ id }) => request.resources.includes(id))
    .map(({ id, settings }) => ({ id, name: settings.name ?? id }));
  // With one API its own scopes are its own; with several nobody could tell whose they are.
  const only = resources.length === 1 ? resources[0]?.name : undefined;
  const html = consentPage({
    formToken: visit.formToken,
    request: sealed,
    email: visit.current.user.email,
    client: { name: client.settings.name, id: client.id, isVerified: client.source !== 'registration' },
    scopes: scope.map((name) => ({ name, sentence: scopeSentence(name, only) })),
    resources,
    days: client.settings.consentDays,
    redirectUri: request.redirectUri,
  });
  return { status: 200, html, cookies, csp: leadingTo(request.redirectUri) };
}

/** Back to the client with an error; the pushed request is used up by it (RFC 9126 §4). */
export async function refuseAsked(
  services: Services,
  authorizing: Omit<Authorizing, 'consent'>,
  error: OAuthError,
): Promise<Answer> {
  const { client, asked, request, cookies, visit, origin } = authorizing;
  await noteRefusal(services, { client, asked, error, by: visit && { visit, origin } });
  const description = descriptionOf(error);
  return authorizationResponse(services.config.issuer, request, { error, description }, cookies);
}

async function refuseUnread(services: Services, unread: UnreadRequest): Promise<Answer> {
  if ('page' in unread) return errorAnswer(unread.page, unread.clientName);
  const { target, error, client, asked } = unread;
  await noteRefusal(services, { client, asked, error, by: null });
  return errorTo(services, target, error);
}

function errorTo(services: Services, target: ResponseTarget, error: OAuthError): Answer {
  return authorizationResponse(services.config.issuer, target, { error, description: descriptionOf(error) });
}

interface NotedRefusal {
  readonly client: Client;
  readonly asked: Asked;
  readonly error: OAuthError;
  /** The person who was there, if any. */
  readonly by: { readonly visit: Visit; readonly origin: CallOrigin } | null;
}

/** Uses the pushed request up, and tells the log when a person was there; strangers cannot fill it. */
async function noteRefusal(services: Services, { client, asked, error, by }: NotedRefusal): Promise<void> {
  const changes = usedUp(client, asked);
  if (changes.length > 0) await services.store.commit({ tenant: client.tenant, changes, events: [] });
  if (!by || (await tooOften(services, by.visit, by.origin))) return;
  const { user, session, device } = by.visit.current;
  const refused = {
    type: 'authorization.refused',
    actor: 'user',
    userId: user.id,
    sessionId: session.id,
    deviceId: device.id,
    origin: by.origin,
    reason: error,
    details: { clientId: client.id },
  } as const;
  const events = stamp(services, services.clock.now(), [refused]);
  await services.store.commit({ tenant: client.tenant, changes: [], events });
}

/** A page of our own: there is nobody whom it would be safe to send the person back to (RFC 6749 §4.1.2.1). */
export function errorAnswer(code: Parameters<typeof refusalOf>[0], clientName?: string): Answer {
  const { status, sentence } = refusalOf(code);
  const html = authorizationErrorPage({ status, title: 'This request cannot go on', sentence, clientName });
  return { status, html };
}
