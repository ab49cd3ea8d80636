import { type Client, type EventDraft, networkOf } from '@argus/core';
import type { CallOrigin } from '../../http/caller.ts';
import { type Services, stamp } from '../../services.ts';

/** The audit log hears of what a client was refused, though not of every try of one that is set up wrongly. */
export async function tellRefused(services: Services, client: Client, refused: EventDraft): Promise<void> {
  await tell(services, { client, whose: client.id }, refused);
}

/**
 * The same for what anybody may try in a client's name. It is counted for each network, so that a stranger's tries do
 * not silence those of others.
 */
export async function tellRefusedFrom(
  services: Services,
  client: Client,
  refused: Pick<EventDraft, 'actor' | 'reason'> & { readonly origin: CallOrigin },
): Promise<void> {
  const whose = `${client.id} ${networkOf(refused.origin.ip)}`;
  const details = { clientId: client.id };
  await tell(services, { client, whose }, { type: 'client.refused', ...refused, details });
}

async function tell(
  services: Services,
  { client, whose }: { readonly client: Client; readonly whose: string },
  refused: EventDraft,
): Promise<void> {
  const now = services.clock.now();
  if (services.throttle.take([{ limit: 'refusedClient', whose }], now)) return;
  await services.store.append(client.tenant, stamp(services, now, [refused]));
}
