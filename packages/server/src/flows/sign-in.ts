import type { TenantId } from '@argus/contract';
import { canonicalEmail, decideSignIn } from '@argus/core';
import { signInFacts } from '@argus/store';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies, SetCookie } from '../http/cookies.ts';
import { type Services, stamp } from '../services.ts';
import { bearSession, welcome } from './begin-session.ts';
import type { Current } from './current-session.ts';
import { countSignIn } from './sign-in-try.ts';

export interface SignInRequest {
  readonly tenant: TenantId;
  readonly identifier: string;
  readonly password: string;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

export interface SignedIn {
  readonly current: Current;
  readonly cookies: SetCookie[];
}

const rounds = 3;

/**
 * Sign in by password. An unknown address takes the same question, the same hash and one audit event
 * like a wrong password, and gets the same answer.
 */
export async function signIn(services: Services, request: SignInRequest): Promise<SignedIn | Refused> {
  const { tenant, cookies, origin } = request;
  // What is no address still asks for one that cannot exist: the work must not tell.
  const email = canonicalEmail(request.identifier) ?? '\u0001';
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const counted = await countSignIn(services, { tenant, email, secretHash, origin });
  if (isRefused(counted)) return counted;
  for (let round = 0; round < rounds; round += 1) {
    const record = await signInFacts(services.store.pool, tenant, { email, secretHash });
    const isRight = await services.passwords.verify(
      record?.phc ?? null,
      request.password,
      counted.isKnownDevice ? 'known' : 'stranger',
    );
    const facts = { user: record?.user ?? null, hasPassword: record?.phc != null };
    const decision = decideSignIn(facts, isRight, origin);
    const now = services.clock.now();
    if (decision.kind === 'refuse') {
      await services.store.commit({ tenant, changes: [], events: stamp(services, now, [decision.event]) });
      services.metrics.signIns.inc({ outcome: 'refused' });
      return { refused: 'invalid_credentials' };
    }
    const birth = bearSession(services, {
      tenant,
      user: decision.user,
      device: record?.device ?? null,
      cookies,
      origin,
    });
    const guard = { kind: 'expect-password', userId: decision.user.id, phc: record?.phc ?? '' } as const;
    const changes = [...birth.changes, guard];
    const written = await services.store.commit({
      tenant,
      changes,
      events: stamp(services, now, birth.events),
    });
    if (!written.isCommitted) continue;
    if (counted.refund) services.throttle.giveBack(counted.refund);
    services.metrics.signIns.inc({ outcome: 'admitted' });
    return welcome(services, birth);
  }
  return { refused: 'unavailable', retryAfterSeconds: 1 };
}
