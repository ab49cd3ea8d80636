import { judgeDisconnect } from '@argus/core';
import { mayChange } from '../account/may-change.ts';
import type { Current } from '../flows/current-session.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';
import { waysIn } from './ways-in.ts';

export interface Disconnect {
  readonly issuer: string;
  readonly subject: string;
  readonly origin: CallOrigin;
}

/** Take a way in away from an account, never the last one. */
export async function disconnect(
  services: Services,
  current: Current,
  { issuer, subject, origin }: Disconnect,
): Promise<{ readonly disconnected: true } | Refused> {
  const { tenant, user, session } = current;
  const at = services.clock.now();
  const allowed = await mayChange(services, current, 'change-authenticators');
  if (isRefused(allowed)) return allowed;
  const ways = await waysIn(services, current);
  const verdict = judgeDisconnect(ways, { issuer, subject });
  if (verdict === 'unknown') return { refused: 'not_found' };
  if (verdict === 'last-way-in') return { refused: 'denied' };
  const about = { actor: 'user', userId: user.id, sessionId: session.id, origin };
  const { isCommitted } = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId: user.id },
      { kind: 'hold-session', userId: user.id, sessionId: session.id },
      // Expects another way in to be left: two that disconnect at once both saw the other's identity here.
      { kind: 'unlink-identity', issuer, subject, userId: user.id },
    ],
    events: stamp(services, at, [{ type: 'identity.unlinked', ...about, details: { issuer } }]),
  });
  return isCommitted ? { disconnected: true } : { refused: 'conflict' };
}
