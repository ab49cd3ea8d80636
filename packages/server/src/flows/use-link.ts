import { administratorRole, type TenantId } from '@argus/contract';
import { type Change, canonicalEmail, isUsableLink, passwordRefusal, type User } from '@argus/core';
import { type LinkRecord, linkByHash } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { hashOf } from '../secrets.ts';
import { type Services, stamp } from '../services.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { bearSession, welcome } from './begin-session.ts';
import { newUser, notAnAddress } from './new-user.ts';
import type { SignedIn } from './sign-in.ts';
import { slowDown } from './slow-down.ts';

export interface LinkUse {
  readonly tenant: TenantId;
  readonly token: string;
  readonly password: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

/** What a link offers; null when it is used, expired or unknown. Looking changes nothing. */
export async function readLink(
  services: Services,
  tenant: TenantId,
  token: string,
): Promise<LinkRecord | null> {
  const record = await linkByHash(services.store.pool, tenant, hashOf(token));
  return record && isUsableLink(record.link, services.clock.now()) ? record : null;
}

/** Use a one-time link: its holder sets a password and is signed in. */
export async function useLink(services: Services, use: LinkUse): Promise<SignedIn | Refused> {
  const { tenant, origin, cookies } = use;
  const throttled = services.throttle.take([fromNetwork('network', origin.ip)], services.clock.now());
  if (throttled) return slowDown(services, { tenant, origin, throttled });
  const record = await readLink(services, tenant, use.token);
  if (!record) return { refused: 'link_invalid' };
  const at = services.clock.now();
  const person = personOf(services, use, record);
  if ('refused' in person) return person;
  const refused = passwordRefusal(use.password, services.policy(tenant).authentication.password);
  if (refused) return { refused };
  const phc = await services.passwords.hash(use.password, 'known');
  const birth = bearSession(services, { tenant, user: person.user, device: null, cookies, origin });
  const userId = person.user.id;
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'use-link', tokenHash: record.link.tokenHash, at },
      ...person.changes,
      { kind: 'set-password', userId, phc, expected: null, at },
      ...birth.changes,
    ],
    events: stamp(services, at, [
      { type: 'user.link-used', actor: 'anyone', userId, reason: record.link.kind, origin },
      ...(person.changes.length > 0
        ? [{ type: 'user.created' as const, actor: 'anyone', userId, reason: record.link.kind, origin }]
        : []),
      ...birth.events,
    ]),
  });
  if (written.isCommitted) return welcome(services, birth);
  return { refused: written.lost === 'create-user' ? 'conflict' : 'link_invalid' };
}

/** Whom the link is for; the first administrator is made by using it. */
function personOf(
  services: Services,
  use: LinkUse,
  record: LinkRecord,
): { user: User; changes: Change[] } | Refused {
  if (record.user) return { user: record.user, changes: [] };
  const email = canonicalEmail(use.email ?? '');
  if (!email) return notAnAddress;
  const { user, change } = newUser(services, use.tenant, { email, name: use.name, roles: [] });
  return {
    user: { ...user, roles: [administratorRole] },
    changes: [change, { kind: 'be-first-administrator', userId: user.id }],
  };
}
