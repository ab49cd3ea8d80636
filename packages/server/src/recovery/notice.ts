import type { Instant, TenantId } from '@argus/contract';
import type { Change, MailDraft, Occurrence, Origin, User } from '@argus/core';
import { newLink } from '../flows/new-link.ts';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import type { Services } from '../services.ts';

/** Whose account changed, where from and when. */
export interface Noticed {
  readonly tenant: TenantId;
  readonly user: Pick<User, 'id' | 'email' | 'name' | 'emailVerifiedAt'>;
  readonly origin: Origin;
  /** What is undone by the notice's link is what happened at this instant or after; all, if the address was never verified. */
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
 * (ASVS 6.3.7). To be written in the same commit. Every such link names the address that it went to: a thief may change
 * that only after the first notice, and whoever opens the first one is to get it all back.
 */
export function noticeChanges(
  services: Services,
  { tenant, user, origin, at }: Noticed,
  { draft }: { readonly draft: (facts: NoticeFacts) => MailDraft },
): Change[] {
  const { id: userId, email, name } = user;
  // Whoever set up an account whose address was never verified need not own it, and leaves nothing (pre-hijacking).
  const since = user.emailVerifiedAt === null ? 0 : at;
  const details = { since, previousEmail: email };
  const undo = newLink(services, { kind: 'undo-changes', userId, details });
  const facts = { name, by: occurrenceOf(origin, at), link: undo.url, expiresAt: undo.expiresAt };
  return [undo.change, mailChange(services, tenant, { to: email, userId, draft: draft(facts) })];
}
