import type { ClientId, UserId } from '@argus/contract';
import type { EventDraft } from '@argus/core';
import { liveGrantsOfClient } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';

/** Take a person's yes to a client back: the consent goes, and all that the client holds of the person ends with it. */
export async function withdrawConsent(
  services: Services,
  by: Ender,
  consent: { readonly userId: UserId; readonly clientId: ClientId },
): Promise<Refused | null> {
  const at = services.clock.now();
  const { actor, origin, tenant } = by;
  const { userId, clientId } = consent;
  const held = await liveGrantsOfClient(services.store.pool, tenant, consent);
  const about = { actor, origin, userId, details: { clientId } };
  const events: EventDraft[] = [
    { type: 'consent.withdrawn', ...about },
    ...held.map((grant) => ({
      type: 'grant.ended' as const,
      ...about,
      ...grant,
      reason: 'consent-withdrawn',
    })),
  ];
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'withdraw-consent', userId, clientId },
      { kind: 'end-grants-of-client', clientId, userId, reason: 'consent-withdrawn', at },
    ],
    events: stamp(services, at, events),
  });
  return written.isCommitted ? null : { refused: 'not_found' };
}
