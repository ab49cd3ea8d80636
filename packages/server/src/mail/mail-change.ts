import type { TenantId, UserId } from '@argus/contract';
import type { Change, MailDraft } from '@argus/core';
import type { Services } from '../services.ts';
import { sealMail } from './sealed-mail.ts';

export interface MailOrder {
  /** Canonical. */
  readonly to: string;
  /** Whose account it is about; five of a kind wait for one user at most. */
  readonly userId: UserId | null;
  readonly draft: MailDraft;
}

/** The change that sends a mail: it leaves when, and only if, the commit that it belongs to was written. */
export function mailChange(services: Services, tenant: TenantId, { to, userId, draft }: MailOrder): Change {
  const id = services.random.uuid();
  const sealed = sealMail(services, { tenant, id }, { to, draft });
  return {
    kind: 'send-mail',
    mail: { id, kind: draft.kind, userId, sealed, createdAt: services.clock.now() },
  };
}
