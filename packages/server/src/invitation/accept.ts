import type { CreationOptions, RegistrationResponse, TenantId, UserId } from '@argus/contract';
import {
  type Authentication,
  type Change,
  canonicalName,
  type EventDraft,
  type Invitation,
  isOpen,
  type User,
} from '@argus/core';
import { invitationByHash, signInFacts, userFacts } from '@argus/store';
import { judgePassword } from '../authenticators/password/judge.ts';
import { newOwner } from '../authenticators/password/owner.ts';
import { beginPasskeyEnrolment, finishPasskeyEnrolment } from '../enrolment/passkey-enrolment.ts';
import { newUser } from '../flows/new-user.ts';
import { slowDown } from '../flows/slow-down.ts';
import { stillWithinReach } from '../flows/still-within-reach.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { shedAccount } from '../recovery/shed-account.ts';
import { hashOf } from '../secrets.ts';
import { type Services, stamp } from '../services.ts';
import { advance } from '../sign-in/advance.ts';
import type { SignInOutcome } from '../sign-in/outcome.ts';
import { settle } from '../sign-in/settle.ts';
import { isServedHere } from '../tenant/address.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { isClosed } from './invite.ts';

export interface InvitationUse {
  readonly token: string;
  readonly name?: string | undefined;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

/** An invitation that may be accepted, and where. */
export interface OpenInvitation {
  readonly tenant: TenantId;
  readonly invitation: Invitation;
}

/** Look at an invitation. Looking changes nothing. */
export async function openInvitation(services: Services, token: string): Promise<OpenInvitation | null> {
  if (token === '' || token.length > 200) return null;
  const found = await invitationByHash(services.store.pool, hashOf(token));
  if (!found || !isOpen(found.invitation, services.clock.now())) return null;
  return (await isServedHere(services, found.tenant)) ? found : null;
}

/** Accept with a password. */
export async function acceptWithPassword(
  services: Services,
  use: InvitationUse & { readonly password: string },
): Promise<SignInOutcome> {
  const opened = await take(services, use);
  if (isRefused(opened)) return opened;
  const { tenant, invitation } = opened;
  const methods = (await services.policies.effective(tenant)).authentication.factors.methods;
  if (!methods.includes('password')) return { refused: 'denied' };
  const name = use.name ?? invitation.name;
  const { email, userId: id, roles, groups } = invitation;
  const owner = newOwner(tenant, { email, name, id, roles, groups }, use.origin);
  const refused = await judgePassword(services, use.password, owner);
  if (refused) return { refused };
  const phc = await services.passwords.hash(use.password, 'known');
  return accept(services, use, {
    ...opened,
    proof: { method: 'pwd', provedAt: services.clock.now() },
    factor: (userId, at, known) => [{ kind: 'set-password', userId, phc, expected: known?.phc ?? null, at }],
  });
}

/** What the browser is to make for whoever is invited. */
export async function invitationPasskeyOptions(
  services: Services,
  use: Pick<InvitationUse, 'token' | 'origin'>,
): Promise<CreationOptions | Refused> {
  const opened = await take(services, use);
  return isRefused(opened) ? opened : beginPasskeyEnrolment(services, await enrolling(services, opened));
}

/** Accept with a passkey. */
export async function acceptWithPasskey(
  services: Services,
  use: InvitationUse & { readonly credential: RegistrationResponse },
): Promise<SignInOutcome> {
  const opened = await take(services, use);
  if (isRefused(opened)) return opened;
  const { credential } = use;
  const enrolled = await finishPasskeyEnrolment(services, await enrolling(services, opened), { credential });
  if (!enrolled.ok) return { refused: 'passkey_refused' };
  const close = (userId: UserId): Change[] => [{ kind: 'close-password', userId, since: 0 }];
  return accept(services, use, {
    ...opened,
    proof: enrolled.proof,
    factor: (userId, _at, known) => [...(known ? close(userId) : []), ...enrolled.changes],
  });
}

/** Counted, so that nobody tries links out. */
async function take(
  services: Services,
  { token, origin }: Pick<InvitationUse, 'token' | 'origin'>,
): Promise<OpenInvitation | Refused> {
  const throttled = services.throttle.take([fromNetwork('network', origin.ip)], services.clock.now());
  const opened = await openInvitation(services, token);
  if (throttled && opened) return slowDown(services, { tenant: opened.tenant, origin, throttled });
  if (throttled) return { refused: 'slow_down', retryAfterSeconds: throttled.retryAfterSeconds };
  if (!opened) return { refused: 'link_invalid' };
  return (await isClosed(services, opened.tenant)) ? { refused: 'sign_up_closed' } : opened;
}

/** Who somebody is by the time they have accepted: whoever has the address already, or somebody new. */
async function enrolling(services: Services, opened: OpenInvitation) {
  const known = await namesakeOf(services, opened);
  const { tenant, invitation } = opened;
  const user = known?.user ?? newcomer(services, opened, undefined);
  return { tenant, user, subject: `invitation ${invitation.id}` };
}

function namesakeOf({ store }: Services, { tenant, invitation: { email } }: OpenInvitation) {
  return signInFacts(store.pool, tenant, { email, secretHash: null });
}

interface Known {
  readonly user: User;
  readonly phc: string | null;
}

interface Accepting extends OpenInvitation {
  readonly proof: Authentication;
  /** What they sign in with from now on. */
  factor(userId: UserId, at: number, known: Known | null): Change[];
}

async function accept(services: Services, use: InvitationUse, accepting: Accepting): Promise<SignInOutcome> {
  const { tenant, invitation, proof } = accepting;
  const known = await namesakeOf(services, accepting);
  if (known && known.user.emailVerifiedAt !== null) return { refused: 'conflict' };
  const still = await stillWithinReach(services, { ...invitation, tenant });
  if (isRefused(still)) return still;
  const at = services.clock.now();
  const by = { actor: 'anyone', origin: use.origin };
  const person = known
    ? takenOver(known, { ...accepting, name: use.name, ...by, at })
    : created(services, { ...accepting, name: use.name });
  const { userId } = person;
  const details = { invitationId: invitation.id };
  const events: EventDraft[] = [
    ...(known
      ? []
      : [
          {
            type: 'user.created' as const,
            ...by,
            userId,
            reason: 'invitation',
            details: { roles: invitation.roles },
          },
        ]),
    { type: 'invitation.accepted', ...by, userId, details },
    { type: 'user.email-verified', ...by, userId },
  ];
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'use-invitation', tokenHash: invitation.tokenHash, at },
      ...still.changes,
      ...person.changes,
      ...accepting.factor(userId, at, known),
    ],
    events: stamp(services, at, events),
  });
  if (!written.isCommitted)
    return { refused: written.lost === 'use-invitation' ? 'link_invalid' : 'conflict' };
  const { cookies, origin } = use;
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId, secretHash });
  if (!record) return { refused: 'link_invalid' };
  const proven = { record, proofs: [proof] as const, before: null, changes: [], events: [], details: {} };
  return settle(await advance(services, { tenant, cookies, origin, ...proven }));
}

interface Becoming {
  readonly userId: UserId;
  readonly changes: readonly Change[];
}

function created(
  services: Services,
  opened: OpenInvitation & { readonly name?: string | undefined },
): Becoming {
  const user = newcomer(services, opened, opened.name);
  return { userId: user.id, changes: [{ kind: 'create-user', user }] };
}

/** Who somebody is who comes by an invitation; whoever uses it reads mail at its address. */
export function newcomer(
  services: Services,
  { tenant, invitation }: OpenInvitation,
  name: string | undefined,
): User {
  const { email, roles, groups, userId: id } = invitation;
  const of = { email, roles, groups, name: name ?? invitation.name ?? undefined, isEmailVerified: true };
  return { ...newUser(services, tenant, of).user, id };
}

/** Somebody signed up with this address before, and need not own it. */
function takenOver(
  { user }: Known,
  {
    invitation,
    name,
    ...by
  }: OpenInvitation & {
    readonly name?: string | undefined;
    readonly actor: string;
    readonly origin: CallOrigin;
    readonly at: number;
  },
): Becoming {
  const { roles, groups } = invitation;
  const userId = user.id;
  return {
    userId,
    changes: [
      { kind: 'hold-user', userId },
      ...shedAccount(user, by),
      { kind: 'set-user-name', userId, name: canonicalName(name) ?? invitation.name },
      { kind: 'set-user-roles', userId, roles },
      { kind: 'set-user-groups', userId, groups },
    ],
  };
}
