import { administratorRole, ownerRole, type TenantId, type UserId } from '@argus/contract';
import {
  type Change,
  canonicalEmail,
  isUsableLink,
  type LinkKind,
  type Proofs,
  type User,
} from '@argus/core';
import { type LinkRecord, linkByHash, userFacts } from '@argus/store';
import { judgePassword } from '../authenticators/password/judge.ts';
import { newOwner, ownerOf, type PasswordOwner } from '../authenticators/password/owner.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { hashOf } from '../secrets.ts';
import { type Services, stamp } from '../services.ts';
import { advance } from '../sign-in/advance.ts';
import type { SignInOutcome } from '../sign-in/outcome.ts';
import { settle as settled } from '../sign-in/settle.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { newUser, notAnAddress } from './new-user.ts';
import { settingPassword } from './set-password.ts';
import { slowDown } from './slow-down.ts';
import { stillWithinReach } from './still-within-reach.ts';

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

/** Use a one-time link: its holder sets a password, and the sign-in goes on from there as any does. */
export async function useLink(services: Services, use: LinkUse): Promise<SignInOutcome> {
  const { tenant, origin } = use;
  const throttled = services.throttle.take([fromNetwork('network', origin.ip)], services.clock.now());
  if (throttled) return slowDown(services, { tenant, origin, throttled });
  const record = await readLink(services, tenant, use.token);
  if (!record || !isInviting(record.link.kind)) return { refused: 'link_invalid' };
  const person = personOf(services, use, record);
  if ('refused' in person) return person;
  const owner = await ownerOfLink(services, use, person);
  const refused = await judgePassword(services, use.password, owner);
  if (refused) return { refused };
  const phc = await services.passwords.hash(use.password, 'known');
  const still = await stillPromised(services, tenant, record);
  if (isRefused(still)) return still;
  const lost = await settle(services, use, { record, person, owner, phc, still });
  return lost ?? arrive(services, use, person.user.id);
}

/** Whether a link lets somebody in who has no password yet; those of mails have pages of their own. */
export function isInviting(kind: LinkKind): kind is 'first-administrator' | 'invitation' {
  return kind === 'first-administrator' || kind === 'invitation';
}

interface Settled {
  readonly record: LinkRecord;
  readonly person: { readonly user: User; readonly changes: readonly Change[] };
  readonly owner: PasswordOwner;
  readonly phc: string;
  readonly still: { readonly changes: readonly Change[] };
}

/** Whether whoever asked the person in may still give what the person has by now. */
function stillPromised(services: Services, tenant: TenantId, { link, user }: LinkRecord) {
  const { invitedBy } = link.details;
  return stillWithinReach(services, { tenant, roles: user?.roles ?? [], invitedBy });
}

async function settle(
  services: Services,
  { tenant, origin }: LinkUse,
  { record, person, owner, phc, still }: Settled,
): Promise<Refused | null> {
  const at = services.clock.now();
  const userId = person.user.id;
  const reason = record.link.kind;
  const written = await services.store.commit({
    tenant,
    changes: [
      ...still.changes,
      { kind: 'use-link', tokenHash: record.link.tokenHash, at },
      ...person.changes,
      ...(await settingPassword(services, owner, { userId, phc, expected: null, at })),
    ],
    events: stamp(services, at, [
      { type: 'user.link-used', actor: 'anyone', userId, reason, origin },
      ...(person.changes.length > 0
        ? [{ type: 'user.created' as const, actor: 'anyone', userId, reason, origin }]
        : []),
    ]),
  });
  if (written.isCommitted) return null;
  return { refused: written.lost === 'create-user' ? 'conflict' : 'link_invalid' };
}

async function arrive(services: Services, use: LinkUse, userId: UserId): Promise<SignInOutcome> {
  const { tenant, cookies, origin } = use;
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId, secretHash });
  if (!record) return { refused: 'link_invalid' };
  const proofs: Proofs = [{ method: 'pwd', provedAt: services.clock.now() }];
  const proven = { record, proofs, before: null, changes: [], events: [], details: {} };
  return settled(await advance(services, { tenant, cookies, origin, ...proven }));
}

/** Whoever has an account already may have ways to sign in, and a password that was closed. */
async function ownerOfLink(
  services: Services,
  { tenant, origin }: LinkUse,
  { user, changes }: Settled['person'],
): Promise<PasswordOwner> {
  const ask = { userId: user.id, secretHash: null };
  const record = changes.length === 0 ? await userFacts(services.store.pool, tenant, ask) : null;
  return record ? ownerOf(tenant, record, origin) : newOwner(tenant, user, origin);
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
    user: { ...user, roles: [ownerRole, administratorRole] },
    changes: [change, { kind: 'be-first-administrator', userId: user.id }],
  };
}
