import type { TenantId, UserId } from '@argus/contract';
import type { Change, Mail, MailDraft } from '@argus/core';
import type { Services } from '../services.ts';
import { sealMail } from './sealed-mail.ts';

export interface MailOrder {
  /** Canonical. */
  readonly to: string;
  /** Whose account it is about; five of a kind wait for one user at most. */
  readonly userId: UserId | null;
  readonly draft: MailDraft;
}

/** A mail as the outbox keeps it. */
export function mailFor(services: Services, tenant: TenantId, { to, userId, draft }: MailOrder): Mail {
  const id = services.random.uuid();
  const sealed = sealMail(services, { tenant, id }, { to, draft });
  return { id, kind: draft.kind, userId, sealed, createdAt: services.clock.now() };
}

/** The change that sends a mail: it leaves when, and only if, the commit that it belongs to was written. */
export function mailChange(services: Services, tenant: TenantId, order: MailOrder): Change {
  return { kind: 'send-mail', mail: mailFor(services, tenant, order) };
}
