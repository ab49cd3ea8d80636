import type { TenantId, UserId } from '@argus/contract';
import { canonicalEmail, canonicalName, type EventDraft, passwordRefusal, type User } from '@argus/core';
import { signInFacts } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import { fromNetwork, type Try } from '../throttle/throttle.ts';
import { slowDown } from './slow-down.ts';

export interface SignUpRequest {
  readonly tenant: TenantId;
  readonly email: string;
  readonly password: string;
  readonly name?: string | undefined;
  readonly origin: { readonly ip: string; readonly userAgent: string | null };
}

/**
 * Create an account. A known address changes nothing and gets the same answer after the same work;
 * its owner finds the try in the security events.
 */
export async function signUp(
  services: Services,
  request: SignUpRequest,
): Promise<{ readonly state: 'sign-in' } | Refused> {
  const { tenant, origin } = request;
  const email = canonicalEmail(request.email);
  if (!email)
    return {
      refused: 'invalid_request',
      errors: [{ path: 'body.email', message: 'is not an e-mail address' }],
    };
  const refused = passwordRefusal(request.password, services.policy(tenant).authentication.password);
  if (refused) return { refused };
  const tries: Try[] = [
    fromNetwork('network', origin.ip),
    fromNetwork('signUp', origin.ip),
    { limit: 'account', whose: `sign-up ${tenant}/${email}` },
  ];
  const throttled = services.throttle.take(tries, services.clock.now());
  if (throttled) return slowDown(services, { tenant, origin, throttled });
  // Asked whether there is such a person or not; it is the owner who should learn of the try.
  const owner = await signInFacts(services.store.pool, tenant, { email, secretHash: null });
  const phc = await services.passwords.hash(request.password, 'stranger');
  const now = services.clock.now();
  const user: User = {
    id: services.random.uuid() as UserId,
    tenant,
    email,
    name: canonicalName(request.name),
    roles: [],
    status: 'active',
    createdAt: now,
  };
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
      { kind: 'create-user', user },
      { kind: 'set-password', userId: user.id, phc, expected: null, at: now },
    ],
    events: stamp(services, now, [created]),
  });
  if (!written.isCommitted) {
    const repeated: EventDraft = {
      type: 'user.sign-up-repeated',
      actor: 'anyone',
      userId: owner?.user.id,
      reason: 'known-address',
      origin,
    };
    await services.store.commit({ tenant, changes: [], events: stamp(services, now, [repeated]) });
  }
  return { state: 'sign-in' };
}
