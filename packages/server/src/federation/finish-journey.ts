import type { ProviderId, RefusalCode } from '@argus/contract';
import type { FederationRefusal, Provider } from '@argus/core';
import { providerById } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import { federationMark } from '../flows/federation-mark.ts';
import type { SignedIn } from '../flows/signed-in.ts';
import { slowDown } from '../flows/slow-down.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import type { GoingOn } from '../sign-in/outcome.ts';
import { isServedHere } from '../tenant/address.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { refusalOfUpstream } from './begin-journey.ts';
import { exchangeCode, type Vouched } from './exchange-code.ts';
import { type Journey, openJourney } from './journey.ts';
import { linkThrough } from './link-through.ts';
import { signInThrough } from './sign-in-through.ts';
import { stepUpThrough } from './step-up-through.ts';
import { tellRefusal } from './tell-refusal.ts';
import { isUpstreamFailure } from './upstream-failure.ts';

/** What came back to the callback of a provider. */
export interface CameBack {
  readonly providerId: ProviderId;
  /** The query as it came. */
  readonly search: string;
  readonly state: string | undefined;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
  /** Who is signed in here. */
  readonly current: Current | null;
}

/** A person back from a provider that has vouched for them. */
export interface Returned {
  readonly journey: Journey;
  readonly provider: Provider;
  readonly vouched: Vouched;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
  readonly current: Current | null;
}

export type JourneyEnd =
  | { readonly kind: 'signed-in' | 'stepped-up'; readonly journey: Journey; readonly outcome: SignedIn }
  /** Something is asked before there is a session. */
  | { readonly kind: 'going-on'; readonly journey: Journey; readonly outcome: GoingOn }
  | { readonly kind: 'linked'; readonly journey: Journey }
  | {
      readonly kind: 'prove-account';
      readonly journey: Journey;
      readonly provider: Provider;
      readonly link: string;
      readonly email: string;
    }
  | JourneyRefusal;

export interface JourneyRefusal {
  readonly kind: 'refused';
  readonly refused: RefusalCode;
  readonly retryAfterSeconds?: number | undefined;
  /** Where the page can say more than the refusal does. */
  readonly why?: FederationRefusal | 'identity-taken' | 'other-person' | 'not-fresh' | undefined;
  readonly journey?: Journey | undefined;
  readonly provider?: Provider | undefined;
}

/** Take what a provider sent back by the browser: everything is proved before anything is done with it. */
export async function finishJourney(services: Services, came: CameBack): Promise<JourneyEnd> {
  const { cookies, origin, current, search } = came;
  const sealed = came.state;
  const journey = openJourney(services, { sealed, attempt: cookies.attempt });
  // Begun at another address, it ends there.
  if (!journey || sealed === undefined || !(await isServedHere(services, journey.tenant)))
    return { kind: 'refused', refused: 'form_expired' };
  const { tenant, nonce, verifier } = journey;
  // Every answer that comes back makes Argus ask the provider.
  const throttled = services.throttle.take([fromNetwork('network', origin.ip)], services.clock.now());
  if (throttled)
    return { kind: 'refused', ...(await slowDown(services, { tenant, origin, throttled })), journey };
  const provider = await providerById(services.store.pool, tenant, journey.providerId);
  if (!provider) return { kind: 'refused', refused: 'not_found', journey };
  const about = {
    tenant,
    provider,
    origin,
    changes: [{ kind: 'claim-mark', mark: federationMark(journey) }],
  } as const;
  if (provider.id !== came.providerId) {
    await tellRefusal(services, about, { reason: 'wrong-issuer', detail: 'callback' });
    return { kind: 'refused', refused: 'provider_refused', journey, provider };
  }
  const vouched = await exchangeCode(services, { provider, search, state: sealed, nonce, verifier });
  if (isUpstreamFailure(vouched)) {
    await tellRefusal(services, { ...about, userId: current?.user.id }, vouched);
    return { kind: 'refused', refused: refusalOfUpstream(vouched), journey, provider };
  }
  return arrive(services, { journey, provider, vouched, cookies, origin, current });
}

function arrive(services: Services, returned: Returned): Promise<JourneyEnd> {
  switch (returned.journey.purpose) {
    case 'sign-in':
      return signInThrough(services, returned);
    case 'link':
      return linkThrough(services, returned);
    case 'step-up':
      return stepUpThrough(services, returned);
  }
}
