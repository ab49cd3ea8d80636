import type { Instant, ProviderId, SessionId, TenantId } from '@argus/contract';
import type { Mark } from '@argus/core';
import { hashOf } from '../secrets.ts';
import type { Services } from '../services.ts';

export const federationPurposes = ['sign-in', 'link', 'step-up'] as const;
export type FederationPurpose = (typeof federationPurposes)[number];

/** What a browser was sent to a provider for. */
export interface FederationState {
  /** Names this one journey. */
  readonly id: string;
  readonly tenant: TenantId;
  readonly providerId: ProviderId;
  /** The attempt cookie of the browser that began it. */
  readonly attempt: string;
  readonly purpose: FederationPurpose;
  /** Whose session is to be raised or get another way in; null for a sign-in. */
  readonly sessionId: SessionId | null;
  readonly nonce: string;
  readonly verifier: string;
  /** The sealed authorization request that waits for the person. */
  readonly request: string | null;
  readonly returnTo: string;
  readonly at: Instant;
}

const purpose = 'federation state';
const lifeMs = 10 * 60_000;
const longest = 12_000;

/**
 * A journey that begins now, and the `state` that stands for it: encrypted, so that the provider learns nothing of it
 * and visitors who never come back leave nothing behind.
 */
export function newState(
  { secrets, random, clock }: Pick<Services, 'secrets' | 'random' | 'clock'>,
  journey: Omit<FederationState, 'id' | 'nonce' | 'verifier' | 'at'>,
): { readonly state: FederationState; readonly sealed: string } {
  const secret = () => random.bytes(32).toString('base64url');
  const state = { ...journey, id: secret(), nonce: secret(), verifier: secret(), at: clock.now() };
  return { state, sealed: secrets.seal(purpose, JSON.stringify(state)) };
}

/**
 * What a `state` stands for, in the browser that it was made for, within ten minutes; null for everything else
 * (RFC 6749 §10.12, RFC 9700 §4.7: a code from somebody else's browser must not be taken here).
 */
export function openState(
  { secrets, clock }: Pick<Services, 'secrets' | 'clock'>,
  { sealed, attempt }: { readonly sealed: string | undefined; readonly attempt: string | undefined },
): FederationState | null {
  if (sealed === undefined || sealed.length > longest || attempt === undefined) return null;
  const text = secrets.unseal(purpose, sealed);
  if (text === null) return null;
  const state: FederationState = JSON.parse(text); // nobody but us can have written it
  return state.attempt === attempt && clock.now() - state.at <= lifeMs ? state : null;
}

/** Used up by the first answer that comes back, whatever becomes of it. */
export function markOf({ providerId, id, at }: Pick<FederationState, 'providerId' | 'id' | 'at'>): Mark {
  return { use: 'federation', hash: hashOf(`${providerId}\n${id}`), expiresAt: at + lifeMs };
}
