import type { AuditEvent, MailDraft } from '@argus/core';
import { deliverMails } from '@argus/server';
import { auditEvents } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { type MailOrder, mailChange } from '../src/mail/mail-change.ts';
import { tenant } from './stage.ts';

export const by = { at: Date.UTC(2026, 0, 5, 9, 0, 0), device: 'Chrome on Linux', ip: '192.0.2.7' };
export const notice: MailDraft = { kind: 'password-changed', by, link: 'http://localhost:8100/sign-in' };

/** Leave a mail in the outbox, as a flow does; whom it concerns need not exist. */
export async function order(
  { argus: { services } }: TestServer,
  { to = 'ada@example.org', userId = null, draft = notice }: Partial<MailOrder> = {},
): Promise<void> {
  const changes = [mailChange(services, tenant, { to, userId, draft })];
  await services.store.commit({ tenant, changes, events: [] });
}

export const deliver = ({ argus }: TestServer): Promise<number> => deliverMails(argus.services);

export async function waiting({ argus }: TestServer): Promise<number> {
  return (await argus.services.store.pool.query('SELECT FROM mails')).rowCount ?? 0;
}

/** What the audit log tells of mail, oldest first. */
export async function mailEvents({ argus }: TestServer): Promise<AuditEvent[]> {
  const { items } = await auditEvents(argus.services.store.pool, tenant, { limit: 100 });
  return items.filter(({ type }) => type.startsWith('mail.')).toReversed();
}

export async function counted({ argus }: TestServer, outcome: string): Promise<number> {
  const { values } = await argus.services.metrics.mails.get();
  return values.filter(({ labels }) => labels.outcome === outcome).reduce((sum, { value }) => sum + value, 0);
}
