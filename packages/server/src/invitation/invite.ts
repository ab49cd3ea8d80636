import type { TenantId, UserId } from '@argus/contract';
import { type Change, canonicalEmail, canonicalName, type EventDraft, type Invitation } from '@argus/core';
import { invitationById, knownTenants, signInFacts } from '@argus/store';
import { type Administrator, beyondReach, expectWithinReach, refuseRoles } from '../flows/administrator.ts';
import { notAnAddress } from '../flows/new-user.ts';
import type { Refused } from '../http/answer.ts';
import { mailChange } from '../mail/mail-change.ts';
import { hashOf } from '../secrets.ts';
import { type Services, stamp } from '../services.ts';

const lifeMs = 7 * 86_400_000;

export interface Invited {
  readonly email: string;
  readonly name?: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** Ask somebody to come. The link goes to the address alone, so whoever uses it reads mail there. */
export async function invite(
  services: Services,
  by: Administrator,
  invited: Invited,
): Promise<Invitation | Refused> {
  const { tenant, actor } = by;
  const email = canonicalEmail(invited.email);
  if (!email) return notAnAddress;
  const { roles, groups } = invited;
  const refused = roles.length > 0 ? await refuseRoles(services, by, roles) : null;
  if (refused) return refused;
  const { pool } = services.store;
  if (!(await knownTenants(pool, [tenant])).has(tenant)) return { refused: 'not_found' };
  if (await isClosed(services, tenant)) return { refused: 'sign_up_closed' };
  const { token, ...link } = newLink(services);
  const invitation: Invitation = {
    id: services.random.uuid(),
    userId: services.random.uuid() as UserId, // made as the name of one
    email,
    name: canonicalName(invited.name),
    roles,
    groups,
    invitedBy: actor,
    createdAt: link.sentAt,
    ...link,
  };
  // Whoever has an account by this address that was never confirmed may lose it to this, so they must be within reach.
  const namesake = await signInFacts(pool, tenant, { email, secretHash: null });
  const about = namesake ? { userId: namesake.user.id } : null;
  const lost = await write(services, by, {
    changes: [
      ...(about ? expectWithinReach(by, about) : []),
      { kind: 'invite', invitation },
      letter(services, tenant, { invitation, token }),
    ],
    event: { type: 'invitation.sent', details: { invitationId: invitation.id, roles, groups } },
  });
  if (lost === null) return invitation;
  return lost === 'expect-within-reach' && about ? beyondReach(services, by, about) : { refused: 'conflict' };
}

/** Send it again, by another link. */
export async function resend(
  services: Services,
  by: Administrator,
  id: string,
): Promise<Invitation | Refused> {
  const { tenant } = by;
  const invitation = await invitationById(services.store.pool, tenant, id);
  if (!invitation) return { refused: 'not_found' };
  const refused = await refuseBeyond(services, by, invitation);
  if (refused) return refused;
  if (await isClosed(services, tenant)) return { refused: 'sign_up_closed' };
  const caused = { limit: 'causedMail', whose: `invitation ${tenant}/${id}` } as const;
  const throttled = services.throttle.take([caused], services.clock.now());
  if (throttled) return { refused: 'slow_down', retryAfterSeconds: throttled.retryAfterSeconds };
  const { token, ...link } = newLink(services);
  const { sentAt: at, ...renewed } = link;
  const lost = await write(services, by, {
    changes: [
      { kind: 'renew-invitation', id, at, ...renewed },
      letter(services, tenant, { invitation: { ...invitation, ...link }, token }),
    ],
    event: { type: 'invitation.sent-again', details: { invitationId: id } },
  });
  return lost === null ? { ...invitation, ...link } : { refused: 'not_found' };
}

/** Take it back. */
export async function revoke(
  services: Services,
  by: Administrator,
  id: string,
): Promise<{ readonly revoked: true } | Refused> {
  const invitation = await invitationById(services.store.pool, by.tenant, id);
  if (!invitation) return { refused: 'not_found' };
  const refused = await refuseBeyond(services, by, invitation);
  if (refused) return refused;
  const lost = await write(services, by, {
    changes: [{ kind: 'revoke-invitation', id }],
    event: { type: 'invitation.revoked', details: { invitationId: id } },
  });
  return lost === null ? { revoked: true } : { refused: 'not_found' };
}

/** Where nobody new comes, invitations open nothing either. */
export async function isClosed({ policies }: Services, tenant: TenantId): Promise<boolean> {
  return (await policies.effective(tenant)).authentication.signUp.mode === 'closed';
}

async function refuseBeyond(
  services: Services,
  by: Administrator,
  { roles }: Invitation,
): Promise<Refused | null> {
  return roles.length > 0 ? refuseRoles(services, by, roles) : null;
}

function newLink({ random, clock }: Services) {
  const token = random.bytes(32).toString('base64url');
  const sentAt = clock.now();
  return { token, tokenHash: hashOf(token), sentAt, expiresAt: sentAt + lifeMs };
}

function letter(
  services: Services,
  tenant: TenantId,
  { invitation, token }: { readonly invitation: Invitation; readonly token: string },
): Change {
  const { email: to, name, expiresAt } = invitation;
  const link = `${services.config.issuer}/invitation?token=${token}`;
  return mailChange(services, tenant, {
    to,
    userId: null,
    draft: { kind: 'invitation', name, link, expiresAt },
  });
}

async function write(
  services: Services,
  { tenant, actor, origin }: Administrator,
  {
    changes,
    event,
  }: { readonly changes: readonly Change[]; readonly event: Pick<EventDraft, 'type' | 'details'> },
): Promise<Change['kind'] | null> {
  const events = stamp(services, services.clock.now(), [{ actor, origin, ...event }]);
  const written = await services.store.commit({ tenant, changes, events });
  return written.isCommitted ? null : written.lost;
}
