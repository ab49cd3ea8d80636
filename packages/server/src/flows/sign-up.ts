import type { TenantId } from '@argus/contract';
import { type Change, canonicalEmail, type EventDraft, type User } from '@argus/core';
import { signInFacts } from '@argus/store';
import { judgeBreached, judgeOffline } from '../authenticators/password/judge.ts';
import { newOwner } from '../authenticators/password/owner.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import { recoveryUrl } from '../mail/places.ts';
import { verificationLink } from '../recovery/change-email.ts';
import { type Services, stamp } from '../services.ts';
import { fromNetwork, type Try } from '../throttle/throttle.ts';
import { newUser, notAnAddress } from './new-user.ts';
import { slowDown } from './slow-down.ts';

export interface SignUpRequest {
  readonly tenant: TenantId;
  readonly email: string;
  readonly password: string;
  readonly name?: string | undefined;
  readonly origin: CallOrigin;
}

/**
 * Create an account. A known address changes nothing and gets the same answer after the same work;
 * its owner hears of the try by mail and finds it in the security events.
 */
export async function signUp(
  services: Services,
  request: SignUpRequest,
): Promise<{ readonly state: 'sign-in' } | Refused> {
  const { tenant, origin } = request;
  if ((await services.policies.effective(tenant)).authentication.signUp.mode !== 'open')
    return { refused: 'sign_up_closed' };
  const email = canonicalEmail(request.email);
  if (!email) return notAnAddress;
  const owner = newOwner(tenant, { email, name: request.name }, origin);
  const refused = await judgeOffline(services, request.password, owner);
  if (refused) return { refused };
  const tries: Try[] = [
    fromNetwork('network', origin.ip),
    fromNetwork('signUp', origin.ip),
    { limit: 'signUpAgain', whose: `sign-up ${tenant}/${email}` },
  ];
  const throttled = services.throttle.take(tries, services.clock.now());
  if (throttled) return slowDown(services, { tenant, origin, throttled });
  // Only after the tries are counted: each is a request to somebody else.
  const breached = await judgeBreached(services, request.password, owner);
  if (breached) return { refused: breached };
  // Taken for every address alike: nobody's mailbox is filled by trying it.
  const caused: Try = { limit: 'causedMail', whose: `sign-up ${tenant}/${email}` };
  const mayMail = services.throttle.take([caused], services.clock.now()) === null;
  // Asked whether there is such a person or not; it is the owner who should learn of the try.
  const known = await signInFacts(services.store.pool, tenant, { email, secretHash: null });
  const phc = await services.passwords.hash(request.password, 'stranger');
  const isNew = known === null && (await create(services, request, { email, phc, mayMail }));
  if (!isNew) await tellOwner(services, request, { owner: known?.user ?? null, mayMail });
  return { state: 'sign-in' };
}

/** False when somebody has the address, or got it in the same moment. */
async function create(
  services: Services,
  request: SignUpRequest,
  { email, phc, mayMail }: { readonly email: string; readonly phc: string; readonly mayMail: boolean },
): Promise<boolean> {
  const { tenant, name, origin } = request;
  const { user, change } = newUser(services, tenant, { email, name, roles: [] });
  const at = user.createdAt;
  const created: EventDraft = {
    type: 'user.created',
    actor: 'anyone',
    userId: user.id,
    reason: 'sign-up',
    origin,
  };
  const written = await services.store.commit({
    tenant,
    changes: [
      change,
      { kind: 'set-password', userId: user.id, phc, expected: null, at },
      ...(mayMail ? verificationLink(services, { tenant, user }) : []),
    ],
    events: stamp(services, at, [created]),
  });
  return written.isCommitted;
}

interface Known {
  /** Null when the account was made between the question and the commit. */
  readonly owner: User | null;
  readonly mayMail: boolean;
}

async function tellOwner(
  services: Services,
  request: SignUpRequest,
  { owner, mayMail }: Known,
): Promise<void> {
  const { tenant, origin } = request;
  const repeated: EventDraft = {
    type: 'user.sign-up-repeated',
    actor: 'anyone',
    userId: owner?.id,
    reason: 'known-address',
    origin,
  };
  const now = services.clock.now();
  const changes: Change[] = owner && mayMail ? [knownAddress(services, request, owner)] : [];
  await services.store.commit({ tenant, changes, events: stamp(services, now, [repeated]) });
}

/** The mail of an address that has an account, where a new one hears how to confirm itself. */
function knownAddress(
  services: Services,
  { tenant, origin }: SignUpRequest,
  { id, email, name }: User,
): Change {
  const by = occurrenceOf(origin, services.clock.now());
  const draft = { kind: 'known-address', name, by, link: recoveryUrl(services.config) } as const;
  return mailChange(services, tenant, { to: email, userId: id, draft });
}
