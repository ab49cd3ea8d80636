import type { Instant, TenantId } from '@argus/contract';
import type { Identity, Mark } from '@argus/core';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';
import type { Current } from './current-session.ts';

export interface Linker {
  readonly tenant: TenantId;
  readonly current: Current;
  readonly origin: CallOrigin;
  /** Uses up what proved the other side. */
  readonly mark: Mark;
}

/** False when the identity is somebody's, its proof was used before, or the session has ended. */
export async function linkIdentity(
  services: Services,
  { tenant, current, origin, mark }: Linker,
  linking: Pick<Identity, 'issuer' | 'subject' | 'providerId' | 'email'>,
): Promise<boolean> {
  const { user, session } = current;
  const at: Instant = services.clock.now();
  const identity: Identity = { ...linking, userId: user.id, linkedAt: at, lastUsedAt: at };
  const about = { actor: 'user', userId: user.id, sessionId: session.id, origin };
  const { isCommitted } = await services.store.commit({
    tenant,
    changes: [
      { kind: 'claim-mark', mark },
      { kind: 'hold-user', userId: user.id },
      { kind: 'hold-session', userId: user.id, sessionId: session.id },
      { kind: 'link-identity', identity },
    ],
    events: stamp(services, at, [
      { type: 'identity.linked', ...about, details: { providerId: linking.providerId } },
    ]),
  });
  return isCommitted;
}
