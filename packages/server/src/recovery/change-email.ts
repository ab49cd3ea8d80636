import { type Change, canonicalEmail } from '@argus/core';
import { signInFacts } from '@argus/store';
import { mayChange } from '../account/may-change.ts';
import type { Current } from '../flows/current-session.ts';
import { newLink } from '../flows/new-link.ts';
import { notAnAddress } from '../flows/new-user.ts';
import { slowDown } from '../flows/slow-down.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import { recoveryUrl } from '../mail/places.ts';
import { type Services, stamp } from '../services.ts';

type Sent = { readonly state: 'sent' };

/** Ask for another address. It counts once mail was seen to arrive there; whether somebody has it does not show. */
export async function changeEmail(
  services: Services,
  current: Current,
  { email: typed, origin }: { readonly email: string; readonly origin: CallOrigin },
): Promise<Sent | Refused> {
  const allowed = await mayChange(services, current, 'change-email');
  if (isRefused(allowed)) return allowed;
  const email = canonicalEmail(typed);
  if (!email) return notAnAddress;
  const slowed = await slowedMail(services, current, origin);
  if (slowed) return slowed;
  const { tenant, user, session } = current;
  const at = services.clock.now();
  const owner = await signInFacts(services.store.pool, tenant, { email, secretHash: null });
  const asked = { type: 'user.email-change-asked', actor: 'user', origin } as const;
  await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId: user.id },
      { kind: 'hold-session', userId: user.id, sessionId: session.id },
      { kind: 'end-links', userId: user.id, kinds: ['change-email'], at },
      ...(owner
        ? toOwner(services, current, { owner: owner.user, origin })
        : toNewcomer(services, current, email)),
    ],
    events: stamp(services, at, [{ ...asked, userId: user.id, sessionId: session.id }]),
  });
  return { state: 'sent' };
}

/** Send the link that confirms the address of the account once more. */
export async function sendVerification(
  services: Services,
  current: Current,
  origin: CallOrigin,
): Promise<Sent | Refused> {
  if (current.user.emailVerifiedAt !== null) return { state: 'sent' };
  const slowed = await slowedMail(services, current, origin);
  if (slowed) return slowed;
  const { tenant } = current;
  await services.store.commit({ tenant, changes: verificationLink(services, current), events: [] });
  return { state: 'sent' };
}

/** The mail that confirms the address of an account. */
export function verificationLink(
  services: Services,
  { tenant, user }: Pick<Current, 'tenant' | 'user'>,
): Change[] {
  const { id: userId, email, name } = user;
  const made = newLink(services, { kind: 'verify-email', userId, details: { email } });
  const { url: link, expiresAt } = made;
  const draft = { kind: 'verify-email', name, link, expiresAt, of: 'sign-up' } as const;
  return [made.change, mailChange(services, tenant, { to: email, userId, draft })];
}

function toNewcomer(services: Services, { tenant, user }: Current, email: string): Change[] {
  const { id: userId, name } = user;
  const made = newLink(services, { kind: 'change-email', userId, details: { email } });
  const { url: link, expiresAt } = made;
  const draft = { kind: 'verify-email', name, link, expiresAt, of: 'new-address' } as const;
  return [made.change, mailChange(services, tenant, { to: email, userId, draft })];
}

/** Whoever has the address hears that somebody wanted it. */
function toOwner(
  services: Services,
  { tenant }: Current,
  { owner, origin }: { readonly owner: Current['user']; readonly origin: CallOrigin },
): Change[] {
  const by = occurrenceOf(origin, services.clock.now());
  const draft = { kind: 'known-address', name: owner.name, by, link: recoveryUrl(services.config) } as const;
  return [mailChange(services, tenant, { to: owner.email, userId: owner.id, draft })];
}

async function slowedMail(
  services: Services,
  { tenant, user, session }: Current,
  origin: CallOrigin,
): Promise<Refused | null> {
  const caused = { limit: 'causedMail', whose: `account ${tenant}/${user.id}` } as const;
  const throttled = services.throttle.take([caused], services.clock.now());
  return throttled
    ? slowDown(services, { tenant, origin, throttled, userId: user.id, sessionId: session.id })
    : null;
}
