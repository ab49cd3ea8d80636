import type { Change } from '@argus/core';
import { isRefused, type Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import { noticeChanges } from './notice.ts';
import { type OpenedLink, type ShownLink, takeMailLink } from './open-link.ts';

export type Confirmed = { readonly state: 'verified' | 'changed' };

/** Confirm an address, or change to it, by the link that was sent there. */
export async function verifyEmail(services: Services, shown: ShownLink): Promise<Confirmed | Refused> {
  const opened = await takeMailLink(services, shown, ['verify-email', 'change-email']);
  if (isRefused(opened)) return opened;
  return opened.link.kind === 'verify-email'
    ? confirm(services, shown, opened)
    : change(services, shown, opened);
}

async function confirm(
  services: Services,
  { tenant, origin }: ShownLink,
  { link, user }: OpenedLink,
): Promise<Confirmed | Refused> {
  const at = services.clock.now();
  const userId = user.id;
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId },
      { kind: 'use-link', tokenHash: link.tokenHash, at },
      { kind: 'verify-email', userId, email: link.details.email ?? '', at },
    ],
    events: stamp(services, at, [{ type: 'user.email-verified', actor: 'anyone', userId, origin }]),
  });
  return written.isCommitted ? { state: 'verified' } : { refused: 'link_invalid' };
}

async function change(
  services: Services,
  { tenant, origin }: ShownLink,
  { link, user }: OpenedLink,
): Promise<Confirmed | Refused> {
  const at = services.clock.now();
  const userId = user.id;
  const to = link.details.email ?? '';
  const by = { actor: 'user', origin };
  const ending: Change = { kind: 'end-sessions-of-user', userId, reason: 'email-changed', at, by };
  const { otherSessionsOnChange } = (
    await services.policies.effective(tenant, { userId, roles: user.roles, groups: user.groups })
  ).authentication;
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId },
      { kind: 'use-link', tokenHash: link.tokenHash, at },
      { kind: 'change-email', userId, from: user.email, to, at },
      // Links that went to the address before are not for who reads mail there from now on.
      { kind: 'end-links', userId, kinds: ['reset-password', 'verify-email', 'change-email'], at },
      ...(otherSessionsOnChange === 'end' ? [ending] : []),
      ...noticeChanges(
        services,
        { tenant, user, origin, at },
        {
          draft: ({ name, by: done, link: undo, expiresAt }) => ({
            kind: 'email-changed',
            name,
            by: done,
            link: undo,
            expiresAt,
            newAddress: to,
          }),
        },
      ),
    ],
    events: stamp(services, at, [{ type: 'user.email-changed', ...by, userId }]),
  });
  if (written.isCommitted) return { state: 'changed' };
  return { refused: written.lost === 'change-email' ? 'conflict' : 'link_invalid' };
}
