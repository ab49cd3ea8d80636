import type { AuthenticatorAnswer, AuthenticatorId, UserId } from '@argus/contract';
import { userFacts } from '@argus/store';
import { type Administrator, beyondReach, expectWithinReach } from '../flows/administrator.ts';
import type { Ender } from '../flows/end-sessions.ts';
import type { Refused } from '../http/answer.ts';
import { authenticatorNotice } from '../recovery/authenticator-notice.ts';
import { type Services, stamp } from '../services.ts';
import { listAuthenticators } from './list-authenticators.ts';
import { kindOf } from './remove-authenticator.ts';

/** What a user can sign in with. */
export async function userAuthenticators(
  services: Services,
  { tenant }: Ender,
  userId: UserId,
): Promise<{ readonly authenticators: AuthenticatorAnswer[] } | Refused> {
  const record = await userFacts(services.store.pool, tenant, { userId, secretHash: null });
  if (!record) return { refused: 'not_found' };
  return { authenticators: await listAuthenticators(services, tenant, userId) };
}

/** Take one authenticator of a user away; the user hears of it. Devices that were spared it are asked again. */
export async function removeForUser(
  services: Services,
  by: Administrator,
  { userId, id }: { readonly userId: UserId; readonly id: AuthenticatorId },
): Promise<{ readonly removed: true } | Refused> {
  const { tenant, actor, origin } = by;
  const record = await userFacts(services.store.pool, tenant, { userId, secretHash: null });
  const kind = record ? await kindOf(services, { tenant, user: record.user }, id) : null;
  if (!record || !kind) return { refused: 'not_found' };
  const at = services.clock.now();
  const { user } = record;
  const details = { kind, authenticatorId: id };
  const written = await services.store.commit({
    tenant,
    changes: [
      ...expectWithinReach(by, { userId }),
      { kind: 'hold-user', userId },
      kind === 'recovery-code'
        ? { kind: 'remove-recovery-codes', userId }
        : { kind: 'remove-authenticator', userId, id },
      { kind: 'forget-devices', userId },
      ...authenticatorNotice(
        services,
        { tenant, user, origin, at },
        { kind: 'authenticator-removed', authenticator: kind },
      ),
    ],
    events: stamp(services, at, [{ type: 'authenticator.removed', actor, userId, origin, details }]),
  });
  if (written.isCommitted) return { removed: true };
  if (written.lost === 'expect-within-reach') return beyondReach(services, by, { userId });
  return { refused: written.lost === 'remove-authenticator' ? 'last_way_in' : 'not_found' };
}
