import type { ProviderId, TenantId } from '@argus/contract';
import type { Provider } from '@argus/core';
import { providerById } from '@argus/store';
import { mayChange } from '../account/may-change.ts';
import type { Current } from '../flows/current-session.ts';
import { slowDown } from '../flows/slow-down.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Services } from '../services.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { authorizationUrl } from './authorization-url.ts';
import { type JourneyPurpose, newJourney } from './journey.ts';
import { tellRefusal } from './tell-refusal.ts';
import { isUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';

export interface JourneyAsk {
  readonly tenant: TenantId;
  readonly providerId: ProviderId;
  readonly purpose: JourneyPurpose;
  /** The attempt of the browser that asks. */
  readonly attempt: string;
  /** Who is signed in there; only a sign-in needs nobody. */
  readonly current: Current | null;
  readonly request: string | null;
  readonly returnTo: string;
  readonly loginHint: string | null;
  readonly origin: CallOrigin;
}

export interface JourneyBegun {
  readonly provider: Provider;
  /** Where the browser goes. */
  readonly location: string;
}

export type JourneyRefused = Refused & { readonly provider?: Provider };

/** Send a browser to a provider, to sign in, to connect it with the account, or to prove again who is there. */
export async function beginJourney(
  services: Services,
  ask: JourneyAsk,
): Promise<JourneyBegun | JourneyRefused> {
  const { tenant, purpose, current, origin } = ask;
  const throttled = services.throttle.take([fromNetwork('network', origin.ip)], services.clock.now());
  if (throttled) return slowDown(services, { tenant, origin, throttled });
  const provider = await providerById(services.store.pool, tenant, ask.providerId);
  if (!provider) return { refused: 'not_found' };
  if (purpose !== 'sign-in' && current?.tenant !== tenant) return { refused: 'session_required' };
  // ASVS 7.5.1: nobody who finds a browser open may add a way of their own into the account.
  const allowed =
    purpose === 'link' && current ? await mayChange(services, current, 'change-authenticators') : null;
  if (allowed && isRefused(allowed)) return allowed;
  const url = await send(services, ask, provider);
  if (!isUpstreamFailure(url)) return { provider, location: url.href };
  await tellRefusal(services, { tenant, provider, origin, userId: current?.user.id }, url);
  return { refused: refusalOfUpstream(url), provider };
}

/** What the person is told of it. */
export function refusalOfUpstream({
  upstream,
}: UpstreamFailure): 'provider_unreachable' | 'provider_refused' {
  return upstream === 'down' ? 'provider_unreachable' : 'provider_refused';
}

function send(services: Services, ask: JourneyAsk, provider: Provider): Promise<URL | UpstreamFailure> {
  const { tenant, providerId, purpose, attempt, current, request, returnTo, loginHint } = ask;
  const sessionId = purpose === 'sign-in' ? null : (current?.session.id ?? null);
  const planned = { tenant, providerId, purpose, attempt, sessionId, request, returnTo };
  const { journey, state } = newJourney(services, planned);
  const { nonce, verifier } = journey;
  const wish = { loginHint, isFresh: purpose === 'step-up' };
  return authorizationUrl(services, { provider, state, nonce, verifier, wish });
}
