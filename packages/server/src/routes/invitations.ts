import { endpoints, type InvitationAnswer } from '@argus/contract';
import { canonicalEmail, type Invitation } from '@argus/core';
import { invitationsOfTenant } from '@argus/store';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { acceptWithPasskey, acceptWithPassword, invitationPasskeyOptions } from '../invitation/accept.ts';
import { invite, resend, revoke } from '../invitation/invite.ts';
import { administered } from './administered.ts';
import { time } from './describe.ts';
import { signInAnswer } from './sign-in-answer.ts';

/** People who are asked to come: by administrators, and as they come. */
export const invitationRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListInvitations, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { email, limit, cursor } = call.query;
      const named = email === undefined ? {} : { email: canonicalEmail(email) ?? '' };
      const page = await invitationsOfTenant(services.store.pool, tenant, { limit, cursor, ...named });
      return {
        status: 200,
        json: { invitations: page.items.map(describeInvitation), nextCursor: page.nextCursor },
      };
    }),
  ),

  endpointRoute(endpoints.adminInvite, (services, call) =>
    administered(services, call, async (by) => {
      const invited = await invite(services, by, call.body);
      return isRefused(invited) ? problemAnswer(invited) : { status: 201, json: describeInvitation(invited) };
    }),
  ),

  endpointRoute(endpoints.adminRevokeInvitation, (services, call) =>
    administered(services, call, async (by) => {
      const revoked = await revoke(services, by, call.params.id);
      return isRefused(revoked) ? problemAnswer(revoked) : { status: 204 };
    }),
  ),

  endpointRoute(endpoints.adminResendInvitation, (services, call) =>
    administered(services, call, async (by) => {
      const sent = await resend(services, by, call.params.id);
      return isRefused(sent) ? problemAnswer(sent) : { status: 200, json: describeInvitation(sent) };
    }),
  ),

  endpointRoute(endpoints.acceptInvitation, async (services, { body, cookies, origin }) =>
    signInAnswer(services, await acceptWithPassword(services, { ...body, cookies, origin })),
  ),

  endpointRoute(endpoints.invitationPasskeyOptions, async (services, { body, origin }) => {
    const options = await invitationPasskeyOptions(services, { ...body, origin });
    return isRefused(options) ? problemAnswer(options) : { status: 200, json: { options } };
  }),

  endpointRoute(endpoints.acceptInvitationWithPasskey, async (services, { body, cookies, origin }) =>
    signInAnswer(services, await acceptWithPasskey(services, { ...body, cookies, origin })),
  ),
];

function describeInvitation(invitation: Invitation): InvitationAnswer {
  const { id, email, name, roles, groups, invitedBy, createdAt, sentAt, expiresAt } = invitation;
  return {
    id,
    email,
    name,
    roles: [...roles],
    groups: [...groups],
    invitedBy,
    createdAt: time(createdAt),
    sentAt: time(sentAt),
    expiresAt: time(expiresAt),
  };
}
