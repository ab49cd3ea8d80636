import type { Consent } from '@argus/core';
import { consentOf } from '@argus/store';
import { type Visit, visitOf } from '../../flows/visit.ts';
import { isRefused } from '../../http/answer.ts';
import type { CallOrigin } from '../../http/caller.ts';
import type { SetCookie } from '../../http/cookies.ts';
import type { Call } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import type { ReadRequest } from './asked-request.ts';

/** A request, its client, and the person who is there, if any. */
export interface Authorizing extends ReadRequest {
  readonly visit: Visit | null;
  readonly consent: Consent | null;
  readonly origin: CallOrigin;
  /** Cookies of a refresh on the way; they go with every answer. */
  readonly cookies: readonly SetCookie[];
}

/** A request that was just read, once the person is known. */
export async function withPerson(services: Services, call: Call, read: ReadRequest): Promise<Authorizing> {
  // What it lacks is asked for with the request in hand (`decideAuthorization`).
  const visit = await visitOf(services, call, { mayLackProof: true });
  const { origin } = call;
  const { tenant, id } = read.client;
  // A session of another tenant says nothing here; the sign-in page of this one comes first.
  if (isRefused(visit) || visit.current.tenant !== tenant)
    return { ...read, visit: null, consent: null, origin, cookies: isRefused(visit) ? [] : visit.cookies };
  const userId = visit.current.user.id;
  const consent = await consentOf(services.store.pool, tenant, { userId, clientId: id });
  return { ...read, visit, consent, origin, cookies: visit.cookies };
}
