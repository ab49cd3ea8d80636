import type { TenantId } from '@argus/contract';
import { isUsableLink, type Link, type LinkKind, type User } from '@argus/core';
import { linkByHash } from '@argus/store';
import { slowDown } from '../flows/slow-down.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { hashOf } from '../secrets.ts';
import type { Services } from '../services.ts';
import { fromNetwork } from '../throttle/throttle.ts';

/** A link from a mail, as somebody shows it. */
export interface ShownLink {
  readonly tenant: TenantId;
  readonly token: string;
  readonly origin: CallOrigin;
}

/** A link that may be used, and whose it is. */
export interface OpenedLink {
  readonly link: Link;
  readonly user: User;
}

/** Look at a link of one of these kinds. Looking changes nothing. */
export async function openMailLink(
  services: Services,
  { tenant, token }: Pick<ShownLink, 'tenant' | 'token'>,
  kinds: readonly LinkKind[],
): Promise<OpenedLink | null> {
  if (token === '' || token.length > 200) return null;
  const record = await linkByHash(services.store.pool, tenant, hashOf(token));
  if (record?.user?.status !== 'active') return null;
  const { link, user } = record;
  return isUsableLink(link, services.clock.now()) && kinds.includes(link.kind) ? { link, user } : null;
}

/** The same for whoever is about to use it: counted, so that nobody tries them out. */
export async function takeMailLink(
  services: Services,
  shown: ShownLink,
  kinds: readonly LinkKind[],
): Promise<OpenedLink | Refused> {
  const { tenant, origin } = shown;
  const throttled = services.throttle.take([fromNetwork('network', origin.ip)], services.clock.now());
  if (throttled) return slowDown(services, { tenant, origin, throttled });
  return (await openMailLink(services, shown, kinds)) ?? { refused: 'link_invalid' };
}
