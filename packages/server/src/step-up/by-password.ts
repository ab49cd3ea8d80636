import type { Authentication } from '@argus/core';
import { userFacts } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { SignedIn } from '../flows/signed-in.ts';
import { slowDown } from '../flows/slow-down.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { tellLocked } from '../lockout/tell-locked.ts';
import { tryPassword } from '../lockout/try-password.ts';
import type { Services } from '../services.ts';
import type { Try } from '../throttle/throttle.ts';
import { refuseStepUp, stepUp } from './step-up.ts';

export interface PasswordStepUp {
  readonly password: string;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

/** Make this session fresh by its password. */
export async function stepUpByPassword(
  services: Services,
  current: Current,
  { password, cookies, origin }: PasswordStepUp,
): Promise<SignedIn | Refused> {
  const { tenant, user, session } = current;
  const counted: Try = { limit: 'passwordChange', whose: session.id };
  const throttled = services.throttle.take([counted], services.clock.now());
  if (throttled)
    return slowDown(services, { tenant, origin, throttled, userId: user.id, sessionId: session.id });
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId: user.id, secretHash });
  const guessed = { tenant, user, email: user.email, isKnownDevice: true, origin };
  const tried = await tryPassword(services, guessed);
  if (isRefused(tried)) return tried;
  const isRight = await services.passwords.verify(record?.phc ?? null, password, 'known');
  if (!record?.phc || !isRight) {
    await tellLocked(services, guessed, tried);
    const refused = 'invalid_credentials';
    return refuseStepUp(services, current, { origin, reason: 'wrong-password', refused });
  }
  services.throttle.giveBack(counted);
  const proof: Authentication = { method: 'pwd', provedAt: services.clock.now() };
  return stepUp(services, current, { proof, origin, phc: record.phc, also: tried.whenRight });
}
