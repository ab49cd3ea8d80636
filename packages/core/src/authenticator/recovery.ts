import type { Instant, UserId } from '@argus/contract';

/** An administrator takes somebody's lost second factors away, after a time in which the owner can stop it. */
export interface Recovery {
  readonly userId: UserId;
  /** As in the audit log. */
  readonly startedBy: string;
  readonly startedAt: Instant;
  readonly dueAt: Instant;
}
