import { timingSafeEqual } from 'node:crypto';
import { argusClient } from '@argus/contract';
import type { Device } from '../device/device.ts';
import { isSameNetwork } from '../device/network.ts';
import { isSameBrowser } from '../device/user-agent.ts';
import type { Client } from '../oauth/client.ts';
import type { User } from '../user/user.ts';
import type { Grant } from './session.ts';

/** What a refresh token comes with. */
export type Shown =
  /** SHA-256 of the device cookie's secret; null without one. */
  | { readonly kind: 'device'; readonly deviceSecretHash: Uint8Array | null }
  /** Thumbprint of the key of a fresh DPoP proof that held. */
  | { readonly kind: 'key'; readonly jkt: string }
  /** A confidential client that has authenticated itself. */
  | { readonly kind: 'client' }
  | { readonly kind: 'nothing' };

/** Who shows it: null for Argus's own pages. */
export type Holder = Client | null;

interface ContextFacts {
  readonly grant: Grant;
  readonly user: User;
  readonly device: Device;
}

interface Showing {
  readonly shown: Shown;
  readonly ip: string;
  readonly userAgent: string | null;
}

export type Stranger = 'foreign-client' | 'client-disabled' | 'wrong-key' | 'client-unproven';

/**
 * Who has no business with this grant at all, whatever the token. Nothing may end by such a one: where a proof is
 * demanded, a stolen token alone opens nothing, and so must close nothing (RFC 9700 §4.14.2).
 * Argus's own grant is judged by its device instead, further on.
 */
export function strangerOf({ grant, user }: ContextFacts, shown: Shown, holder: Holder): Stranger | null {
  if (holder === null) return grant.clientId === argusClient ? null : 'foreign-client';
  if (grant.clientId !== holder.id || holder.id === argusClient) return 'foreign-client';
  if (holder.tenant !== user.tenant) return 'foreign-client';
  if (holder.status !== 'active') return 'client-disabled';
  if (grant.jkt !== null) return shown.kind === 'key' && shown.jkt === grant.jkt ? null : 'wrong-key';
  return holder.settings.type === 'public' || shown.kind === 'client' ? null : 'client-unproven';
}

/** Whether Argus's own token still lies on the device and in the browser it was given to. */
export function isSameDevice({ grant, device }: ContextFacts, origin: Showing): boolean {
  return holdsSecret(device, origin.shown) && isSameBrowser(grant.rotatedUserAgent, origin.userAgent);
}

/** The least that a proven client is given, however strict the policy; it repeats nothing that a thief could show. */
const provenWindowSeconds = 10;

/**
 * How long after a rotation this one may ask again, being whoever rotated as far as anybody can tell; 0 never.
 * A key or a client's authentication is that by itself (`strangerOf` has looked at it); Argus's own pages show the
 * same device secret from the same network with the same browser; a public client without a key shows nothing.
 */
export function retryWindowSeconds(
  facts: ContextFacts,
  origin: Showing,
  terms: { readonly holder: Holder; readonly policySeconds: number },
): number {
  const { grant } = facts;
  const { holder, policySeconds } = terms;
  if (holder === null)
    return isSameDevice(facts, origin) && isSameNetwork(grant.rotatedIp, origin.ip) ? policySeconds : 0;
  const isProven = grant.jkt !== null || holder.settings.type === 'confidential';
  return isProven ? Math.max(policySeconds, provenWindowSeconds) : 0;
}

export function holdsSecret(device: Device, shown: Shown): boolean {
  if (shown.kind !== 'device' || shown.deviceSecretHash === null) return false;
  const { deviceSecretHash } = shown;
  return (
    deviceSecretHash.length === device.secretHash.length &&
    timingSafeEqual(deviceSecretHash, device.secretHash)
  );
}

/** How the audit log tells the contexts apart. Of Argus's own pages it says nothing more than before. */
export function contextDetails({ shown }: Showing, holder: Holder): Record<string, unknown> {
  return holder === null ? {} : { clientId: holder.id, shown: shown.kind };
}
