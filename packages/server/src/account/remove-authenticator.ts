import type { AuthenticatorId } from '@argus/contract';
import { type Change, canonicalName, type Enrolled, hasSecondFactor, subjectOf } from '@argus/core';
import { passkeysOfUser, recoveryCodesOfUser, totpOfUser } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { authenticatorNotice } from '../recovery/authenticator-notice.ts';
import { type Services, stamp } from '../services.ts';
import { byPerson, commitChange } from './change-authenticators.ts';
import { mayEnrol } from './may-change.ts';

export interface Removal {
  readonly id: AuthenticatorId;
  readonly endOtherSessions: boolean;
  readonly origin: CallOrigin;
}

/** Take a passkey, an app or the recovery codes away: never the last way in, nor the last factor that policy asks for. */
export async function removeAuthenticator(
  services: Services,
  current: Current,
  removal: Removal,
): Promise<{ readonly removed: AuthenticatorKindOf } | Refused> {
  const removed = await removeOnce(services, current, removal);
  // Another factor may have gone in the same moment: then this one is the last, and is judged as that.
  return removed === 'lost' ? asRefused(await removeOnce(services, current, removal)) : removed;
}

type Removed = { readonly removed: AuthenticatorKindOf } | Refused;

const asRefused = (removed: Removed | 'lost'): Removed =>
  removed === 'lost' ? { refused: 'last_way_in' } : removed;

async function removeOnce(
  services: Services,
  current: Current,
  { id, endOtherSessions, origin }: Removal,
): Promise<Removed | 'lost'> {
  const record = await mayEnrol(services, current);
  if (isRefused(record)) return record;
  const { tenant, user, session } = current;
  const kind = await kindOf(services, current, id);
  if (!kind) return { refused: 'not_found' };
  const isLastFactor = kind !== 'recovery-code' && !hasSecondFactor(without(record.enrolled, kind));
  const { factors } = (await services.policies.effective(tenant, subjectOf(user, session))).authentication;
  if (factors.required === 2 && isLastFactor) return { refused: 'denied' };
  const changes: Change[] = [
    kind === 'recovery-code'
      ? { kind: 'remove-recovery-codes', userId: user.id }
      : { kind: 'remove-authenticator', userId: user.id, id, leavesFactor: !isLastFactor },
    // Codes for a lost factor are of no use to whoever has none, and a way in to whoever finds them.
    ...(isLastFactor ? [{ kind: 'remove-recovery-codes' as const, userId: user.id }] : []),
    ...authenticatorNotice(
      services,
      { tenant, user, origin, at: services.clock.now() },
      { kind: 'authenticator-removed', authenticator: kind },
    ),
  ];
  const details = { kind, authenticatorId: id };
  const events = [{ type: 'authenticator.removed' as const, ...byPerson(current, origin), details }];
  const lost = await commitChange(services, current, { changes, events, origin, endOtherSessions });
  if (lost === null) return { removed: kind };
  return lost === 'remove-authenticator' ? 'lost' : { refused: 'conflict' };
}

function without({ hasTotp, passkeys }: Pick<Enrolled, 'hasTotp' | 'passkeys'>, kind: AuthenticatorKindOf) {
  return { hasTotp: hasTotp && kind !== 'totp', passkeys: passkeys - (kind === 'passkey' ? 1 : 0) };
}

export type AuthenticatorKindOf = 'passkey' | 'totp' | 'recovery-code';

/** What of this person's bears the id. */
export async function kindOf(
  { store }: Pick<Services, 'store'>,
  { tenant, user }: Pick<Current, 'tenant' | 'user'>,
  id: AuthenticatorId,
): Promise<AuthenticatorKindOf | null> {
  const [passkeys, totp, codes] = await Promise.all([
    passkeysOfUser(store.pool, tenant, user.id),
    totpOfUser(store.pool, tenant, user.id),
    recoveryCodesOfUser(store.pool, tenant, user.id),
  ]);
  if (passkeys.some((passkey) => passkey.id === id)) return 'passkey';
  if (totp?.id === id) return 'totp';
  return codes?.id === id ? 'recovery-code' : null;
}

/** Another name for a passkey or an app. It opens nothing, so a live session is enough. */
export async function renameAuthenticator(
  services: Services,
  current: Current,
  { id, name, origin }: { readonly id: AuthenticatorId; readonly name: string; readonly origin: CallOrigin },
): Promise<{ readonly renamed: true } | Refused> {
  const { tenant, user } = current;
  const kept = canonicalName(name);
  if (kept === null) return { refused: 'invalid_request' };
  const written = await services.store.commit({
    tenant,
    changes: [{ kind: 'rename-authenticator', userId: user.id, id, name: kept }],
    events: stamp(services, services.clock.now(), [
      { type: 'authenticator.renamed', ...byPerson(current, origin), details: { authenticatorId: id } },
    ]),
  });
  return written.isCommitted ? { renamed: true } : { refused: 'not_found' };
}
