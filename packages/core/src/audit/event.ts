import type { AuditEventType, DeviceId, GrantId, Instant, SessionId, UserId } from '@argus/contract';

/** Where a request came from, as the audit log keeps it. */
export interface Origin {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** One line of the audit log. `actor` is `user`, `operator`, `administrator:<id>`, `anyone` or `system`. */
export interface AuditEvent {
  readonly id: string;
  readonly at: Instant;
  readonly type: AuditEventType;
  readonly actor: string;
  readonly userId?: UserId | undefined;
  readonly sessionId?: SessionId | undefined;
  readonly grantId?: GrantId | undefined;
  readonly deviceId?: DeviceId | undefined;
  /** Why, in a stable word; never shown to the caller. */
  readonly reason?: string | undefined;
  readonly origin?: Origin | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** An event before it has an id and a time. */
export type EventDraft = Omit<AuditEvent, 'id' | 'at'>;
