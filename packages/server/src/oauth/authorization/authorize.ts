import {
  type AuthorizationDecision,
  type AuthorizationFacts,
  type Client,
  decideAuthorization,
} from '@argus/core';
import type { Current } from '../../flows/current-session.ts';
import { missingProofOf } from '../../flows/missing-proof.ts';
import type { Answer } from '../../http/answer.ts';
import { deadEndPage } from '../../http/refusal-page.ts';
import type { Call } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { reachableLevel, waysToProveMissing } from '../../step-up/ways-to-prove.ts';
import { hintedClaims } from '../id-token-hint.ts';
import { askForAccount, askForConsent, leadToPage } from './ask-person.ts';
import { readAsked } from './asked-request.ts';
import { authorizationResponse } from './authorization-response.ts';
import { type Authorizing, withPerson } from './authorizing.ts';
import { grantCode } from './grant-code.ts';
import { refuseAsked, refuseUnread } from './refuse-request.ts';
import type { Asked } from './sealed-request.ts';

/** Answer an authorization request: a code, a question to the person, or a refusal (OIDC Core §3.1.2). */
export async function authorize(services: Services, call: Call, shown: Asked): Promise<Answer> {
  const read = await readAsked(services, shown);
  if (!('request' in read)) return refuseUnread(services, read);
  const authorizing = await withPerson(services, call, read);
  return carryOut(services, call, authorizing);
}

async function decide(services: Services, authorizing: Authorizing): Promise<AuthorizationDecision> {
  const { request, client, visit, consent, asked } = authorizing;
  const strength = visit ? await strengthOfVisit(services, client, visit.current) : 'enough';
  return decideAuthorization({
    request,
    client,
    session: visit ? { session: visit.current.session, user: visit.current.user } : null,
    consent,
    continuation: asked.isContinued ? asked : null,
    strength,
    hintedSubject: hintedSubject(services, authorizing),
    // Asked only of who asks for it: it is a question more. What is lacking is set up at a sign-in, as by anybody.
    reachable:
      request.acrValues.length > 0
        ? await reachableLevel(
            services,
            client.tenant,
            strength === 'lacking' ? null : (visit?.current ?? null),
          )
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
      return leadToPage(services, authorizing, '/sign-in');
    case 'step-up':
      return leadToPage(services, authorizing, '/step-up');
    case 'choose-account':
      return askForAccount(services, authorizing);
    case 'consent':
      return askForConsent(services, authorizing, decision.scope);
    case 'issue': {
      const granted = await grantCode(services, authorizing);
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
      return deadEndPage('invalid_request', authorizing.client.settings.name);
    }
  }
}

/** What policy wants of this person at this client, held against the session. */
async function strengthOfVisit(
  services: Services,
  { id }: Client,
  current: Current,
): Promise<AuthorizationFacts['strength']> {
  if ((await missingProofOf(services, current, id)) === null) return 'enough';
  const { methods } = await waysToProveMissing(services, current, id);
  return methods.length > 0 ? 'provable' : 'lacking';
}

/** Whom the client believes to be there: the subject of an ID token of ours for this client, be it an old one. */
function hintedSubject(services: Services, { request, client }: Authorizing): string | null {
  if (request.idTokenHint === null) return null;
  const claims = hintedClaims(services, request.idTokenHint);
  // A hint that proves nothing must not pass for "nobody in particular".
  return claims?.aud === client.id ? claims.sub : '';
}
