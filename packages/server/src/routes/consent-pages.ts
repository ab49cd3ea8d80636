import type { Consent } from '@argus/core';
import { missingProofOf } from '../flows/missing-proof.ts';
import type { Visit } from '../flows/visit.ts';
import { type Answer, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { deadEndPage, refusalPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import { readAsked } from '../oauth/authorization/asked-request.ts';
import { authorize } from '../oauth/authorization/authorize.ts';
import { afterForm } from '../oauth/authorization/lead-on.ts';
import { refuseAsked } from '../oauth/authorization/refuse-request.ts';
import { type Asked, openRequest, sealRequest } from '../oauth/authorization/sealed-request.ts';
import { tooOften } from '../oauth/authorization/too-often.ts';
import { type Services, stamp } from '../services.ts';
import { visitForm } from './visit-form.ts';

/** The person's answer to "may this application …?". */
export const decideConsent: Route = requestForm('/oauth/consent', async (services, call, on) => {
  const { decision } = fieldsOf(call);
  if (decision === 'allow') return allow(services, call, on);
  return decision === 'deny' ? deny(services, call, on) : refusalPage('invalid_request');
});

/** The person's answer to "go on as …?". */
export const takeAccountChoice: Route = requestForm('/oauth/account', async (services, call, on) => {
  const { decision } = fieldsOf(call);
  if (decision === 'continue') {
    const chosenUserId = on.visit.current.user.id;
    return authorize(services, call, { ...on.asked, chosenUserId });
  }
  const sealed = sealRequest(services, on.asked);
  if (decision !== 'other' || sealed === null) return refusalPage('invalid_request');
  return seeOther(`/sign-in?${new URLSearchParams({ request: sealed })}`);
});

interface OnRequest {
  readonly visit: Visit;
  readonly asked: Asked;
}

/** A form on a page of an authorization request, with the request that the page was about. */
function requestForm(
  path: string,
  act: (services: Services, call: Call, on: OnRequest) => Promise<Answer>,
): Route {
  const take = async (services: Services, call: Call, visit: Visit) => {
    const asked = openRequest(services, fieldsOf(call).request);
    return asked ? afterForm(await act(services, call, { visit, asked })) : deadEndPage('form_expired');
  };
  // Whoever has to prove more first is led there with the request in hand.
  return visitForm(path, take, { mayLackProof: true });
}

const dayMs = 86_400_000;

/** The yes is kept, and then the request is judged again: it may still be missing something else. */
async function allow(services: Services, call: Call, { visit, asked }: OnRequest): Promise<Answer> {
  const read = await readAsked(services, asked);
  if (!('request' in read) || read.client.tenant !== visit.current.tenant)
    return authorize(services, call, asked);
  const { client, request } = read;
  if (await missingProofOf(services, visit.current, client.id)) return authorize(services, call, asked);
  const slowed = await tooOften(services, visit, call.origin);
  if (slowed) return refusalPage(slowed.refused);
  const now = services.clock.now();
  const { consentDays } = client.settings;
  const consent: Consent = {
    userId: visit.current.user.id,
    clientId: client.id,
    scope: request.scope,
    resources: request.resources,
    grantedAt: now,
    expiresAt: consentDays === null ? null : now + consentDays * dayMs,
  };
  await services.store.commit({
    tenant: client.tenant,
    changes: [{ kind: 'give-consent', consent }],
    events: stamp(services, now, [
      told('consent.given', call, { visit, clientId: client.id, scope: request.scope }),
    ]),
  });
  return authorize(services, call, { ...asked, agreedUserId: consent.userId });
}

async function deny(services: Services, call: Call, { visit, asked }: OnRequest): Promise<Answer> {
  const read = await readAsked(services, asked);
  if (!('request' in read)) return authorize(services, call, asked);
  const slowed = await tooOften(services, visit, call.origin);
  if (slowed) return refusalPage(slowed.refused);
  const { client, request } = read;
  const now = services.clock.now();
  await services.store.commit({
    tenant: visit.current.tenant,
    changes: [],
    events: stamp(services, now, [
      told('consent.refused', call, { visit, clientId: client.id, scope: request.scope }),
    ]),
  });
  const refused = { client, asked, request, visit, origin: call.origin, cookies: [] };
  return refuseAsked(services, refused, 'access_denied');
}

function told(
  type: 'consent.given' | 'consent.refused',
  call: Call,
  about: { readonly visit: Visit; readonly clientId: string; readonly scope: readonly string[] },
) {
  const { user, session } = about.visit.current;
  return {
    type,
    actor: 'user',
    userId: user.id,
    sessionId: session.id,
    origin: call.origin,
    details: { clientId: about.clientId, scope: about.scope.join(' ') },
  } as const;
}
