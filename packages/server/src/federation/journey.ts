import type { ProviderId, SessionId, TenantId } from '@argus/contract';
import type { Services } from '../services.ts';
import { type ForBrowser, openForBrowser, sealForBrowser } from './sealed-for-browser.ts';

export const journeyPurposes = ['sign-in', 'link', 'step-up'] as const;
export type JourneyPurpose = (typeof journeyPurposes)[number];

/** A browser's way to a provider and back. */
export interface Journey extends ForBrowser {
  readonly id: string;
  readonly tenant: TenantId;
  readonly providerId: ProviderId;
  readonly purpose: JourneyPurpose;
  /** Whose session is to be raised or gets another way in; null for a sign-in. */
  readonly sessionId: SessionId | null;
  readonly nonce: string;
  readonly verifier: string;
  /** The sealed authorization request that waits for the person. */
  readonly request: string | null;
  readonly returnTo: string;
}

const purpose = 'federation';

/** A journey that begins now, and the `state` that stands for it. */
export function newJourney(
  services: Pick<Services, 'secrets' | 'random' | 'clock'>,
  planned: Omit<Journey, 'id' | 'nonce' | 'verifier' | 'at'>,
): { readonly journey: Journey; readonly state: string } {
  const { random, clock } = services;
  const secret = () => random.bytes(32).toString('base64url');
  const journey: Journey = {
    ...planned,
    id: secret(),
    nonce: secret(),
    verifier: secret(),
    at: clock.now(),
  };
  return { journey, state: sealForBrowser(services, purpose, journey) };
}

/** RFC 6749 §10.12, RFC 9700 §4.7: a code that came to somebody else's browser must not be taken in this one. */
export function openJourney(
  services: Pick<Services, 'secrets' | 'clock'>,
  shown: { readonly sealed: string | undefined; readonly attempt: string | undefined },
): Journey | null {
  return openForBrowser(services, purpose, shown) as Journey | null; // nothing else is sealed for this purpose
}
