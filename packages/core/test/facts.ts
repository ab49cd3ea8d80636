import { createHash } from 'node:crypto';
import type { ClientId, DeviceId, GrantId, SessionId, TenantId, UserId } from '@argus/contract';
import {
  balanced,
  type Device,
  type Grant,
  type RefreshFacts,
  type RefreshProof,
  type Session,
  startSession,
  type User,
} from '@argus/core';
import { fakeEpochMs } from '@argus/testing';

/** A whole second, so that edges of seconds fall where a test puts them. */
export const startMs = fakeEpochMs;
export const chrome142 =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
export const secretHash = createHash('sha256').update('the device').digest();
export const foreignHash = createHash('sha256').update('another device').digest();

// Ids are brands over text; a literal becomes one only by saying so.
export const ids = {
  tenant: 'default' as TenantId,
  user: '01990000-0000-7000-8000-000000000001' as UserId,
  session: '01990000-0000-7000-8000-000000000002' as SessionId,
  grant: '01990000-0000-7000-8000-000000000003' as GrantId,
  device: '01990000-0000-7000-8000-000000000004' as DeviceId,
  client: 'argus' as ClientId,
};

export const ada: User = {
  id: ids.user,
  tenant: ids.tenant,
  email: 'ada@example.org',
  name: null,
  roles: [],
  groups: [],
  status: 'active',
  createdAt: startMs,
  emailVerifiedAt: null,
};

export const device: Device = {
  id: ids.device,
  userId: ids.user,
  secretHash,
  userAgent: chrome142,
  firstSeenAt: startMs,
  lastSeenAt: startMs,
};

/** A session and its grant as they begin under `balanced`. */
export function begun(now: number = startMs): { session: Session; grant: Grant } {
  return startSession(
    {
      sessionId: ids.session,
      grantId: ids.grant,
      grantSecret: Buffer.alloc(32, 1),
      userId: ids.user,
      deviceId: ids.device,
      clientId: ids.client,
      proofs: [{ method: 'pwd', provedAt: now }],
      ip: '192.0.2.10',
      userAgent: chrome142,
    },
    balanced,
    now,
  );
}

export interface FactChanges {
  readonly session?: Partial<Session>;
  readonly grant?: Partial<Grant>;
  readonly user?: Partial<User>;
}

/** What the store answers about the grant that `begun` gives, changed where a test says so. */
export function factsWith(changes: FactChanges = {}): RefreshFacts {
  const { session, grant } = begun();
  return {
    session: { ...session, ...changes.session },
    grant: { ...grant, ...changes.grant },
    user: { ...ada, ...changes.user },
    device,
    policyVersion: 1,
  };
}

/** A browser with this device cookie, or none. */
export function withDevice(deviceSecretHash: Uint8Array | null): Pick<RefreshProof, 'shown'> {
  return { shown: { kind: 'device', deviceSecretHash } };
}

/** The token of this generation, shown by the browser that holds the device. */
export function proofOf(generation: number, changes: Partial<RefreshProof> = {}): RefreshProof {
  return {
    generation,
    isIdGenuine: true,
    isExpired: false,
    ...withDevice(secretHash),
    ip: '192.0.2.10',
    userAgent: chrome142,
    ...changes,
  };
}
