import type { DeviceId, Instant, UserId } from '@argus/contract';

/** The holder of a device secret, as one person's device. */
export interface Device {
  readonly id: DeviceId;
  readonly userId: UserId;
  /** SHA-256 of the secret in the browser's device cookie. */
  readonly secretHash: Uint8Array;
  readonly userAgent: string | null;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
}
