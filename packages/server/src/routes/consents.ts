import { type ClientId, endpoints, type UserId } from '@argus/contract';
import { consentsOfUser } from '@argus/store';
import { withdrawConsent } from '../flows/withdraw-consent.ts';
import type { Answer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import type { Services } from '../services.ts';
import { goneAnswer } from './admin-clients.ts';
import { administered } from './administered.ts';
import { describeConsent } from './describe-client.ts';
import { signedIn } from './session.ts';

export const consentRoutes: readonly Route[] = [
  endpointRoute(endpoints.listConsents, (services, call) =>
    signedIn(services, call, ({ tenant, user }) =>
      consentsAnswer(services, { tenant, userId: user.id, ...call.query }),
    ),
  ),

  endpointRoute(endpoints.withdrawConsent, (services, call) =>
    signedIn(services, call, async ({ tenant, user }) => {
      const consent = { userId: user.id, clientId: call.params.clientId as ClientId }; // of that form
      return goneAnswer(
        await withdrawConsent(services, { tenant, actor: 'user', origin: call.origin }, consent),
      );
    }),
  ),

  endpointRoute(endpoints.adminListConsents, (services, call) =>
    administered(services, call, ({ tenant }) => {
      const { limit, cursor } = call.query;
      return consentsAnswer(services, { tenant, userId: call.params.id as UserId, limit, cursor }); // a UUID
    }),
  ),

  endpointRoute(endpoints.adminWithdrawConsent, (services, call) =>
    administered(services, call, async (by) => {
      const { id, clientId } = call.params;
      const consent = { userId: id as UserId, clientId: clientId as ClientId }; // of those forms
      return goneAnswer(await withdrawConsent(services, by, consent));
    }),
  ),
];

type Asked = Parameters<typeof consentsOfUser>[2] & { readonly tenant: Parameters<typeof consentsOfUser>[1] };

async function consentsAnswer({ store }: Services, { tenant, ...ask }: Asked): Promise<Answer> {
  const page = await consentsOfUser(store.pool, tenant, ask);
  return { status: 200, json: { consents: page.items.map(describeConsent), nextCursor: page.nextCursor } };
}
