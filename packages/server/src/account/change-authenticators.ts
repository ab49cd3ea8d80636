import type { Change, EventDraft } from '@argus/core';
import { subjectOf } from '@argus/core';
import type { Current } from '../flows/current-session.ts';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';

/** A change of how somebody signs in. */
export interface AuthenticatorChanges {
  readonly changes: readonly Change[];
  readonly events: readonly EventDraft[];
  readonly origin: CallOrigin;
  /** The person wants the other sessions to end; policy may want it anyway. */
  readonly endOtherSessions: boolean;
}

/**
 * Write it under the session that asked for it, which must be live still. Devices that were spared the second factor
 * are asked again, whatever changed. The kind of the change that lost, or null.
 */
export async function commitChange(
  services: Services,
  current: Current,
  { changes, events, origin, endOtherSessions }: AuthenticatorChanges,
): Promise<Change['kind'] | null> {
  const { tenant, user, session } = current;
  const at = services.clock.now();
  const { otherSessionsOnChange } = (await services.policies.effective(tenant, subjectOf(user, session)))
    .authentication;
  const isEnding = endOtherSessions || otherSessionsOnChange === 'end';
  const by = { actor: 'user', origin };
  const ending: Change = {
    kind: 'end-sessions-of-user',
    userId: user.id,
    except: session.id,
    reason: 'authenticators-changed',
    at,
    by,
  };
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId: user.id },
      { kind: 'hold-session', userId: user.id, sessionId: session.id },
      ...(isEnding ? [ending] : []),
      ...changes,
      { kind: 'forget-devices', userId: user.id },
    ],
    events: stamp(services, at, events),
  });
  return written.isCommitted ? null : written.lost;
}

/** Who did it, for the audit log. */
export function byPerson({ user, session }: Current, origin: CallOrigin) {
  return { actor: 'user', userId: user.id, sessionId: session.id, origin } as const;
}
