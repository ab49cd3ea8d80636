import type { Instant, TenantId } from '@argus/contract';
import type { Change, LinkDetails, MailDraft, Occurrence, Origin, User } from '@argus/core';
import { newLink } from '../flows/new-link.ts';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import type { Services } from '../services.ts';

/** Whose account changed, where from and when. */
export interface Noticed {
  readonly tenant: TenantId;
  readonly user: Pick<User, 'id' | 'email' | 'name'>;
  readonly origin: Origin;
  /** What is undone by the notice's link is what happened at this instant or after. */
  readonly at: Instant;
}

/** What a notice is written from. */
export interface NoticeFacts {
  readonly name: string | null;
  readonly by: Occurrence;
  /** Takes the change back. */
  readonly link: string;
  readonly expiresAt: Instant;
}

/**
 * The mail about a change of an account, to the address that it had, with a link that takes the change back
 * (ASVS 6.3.7). To be written in the same commit.
 */
export function noticeChanges(
  services: Services,
  { tenant, user, origin, at }: Noticed,
  { draft, details }: { readonly draft: (facts: NoticeFacts) => MailDraft; readonly details?: LinkDetails },
): Change[] {
  const { id: userId, email, name } = user;
  const undo = newLink(services, { kind: 'undo-changes', userId, details: { since: at, ...details } });
  const facts = { name, by: occurrenceOf(origin, at), link: undo.url, expiresAt: undo.expiresAt };
  return [undo.change, mailChange(services, tenant, { to: email, userId, draft: draft(facts) })];
}
