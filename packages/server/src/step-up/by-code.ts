import { userFacts } from '@argus/store';
import { checkTotp } from '../authenticators/totp/check-totp.ts';
import type { Current } from '../flows/current-session.ts';
import type { SignedIn } from '../flows/signed-in.ts';
import { takeGuess } from '../flows/take-guess.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import { refuseStepUp, stepUp } from './step-up.ts';

/** Make this session fresh by a code of the person's authenticator app. */
export async function stepUpByTotp(
  services: Services,
  current: Current,
  {
    code,
    cookies,
    origin,
  }: { readonly code: string; readonly cookies: Cookies; readonly origin: CallOrigin },
): Promise<SignedIn | Refused> {
  const { tenant, user } = current;
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId: user.id, secretHash });
  if (!record) return { refused: 'session_ended' };
  const slowed = await takeGuess(services, { tenant, use: 'totp', record, origin });
  if (slowed) return slowed;
  const checked = await checkTotp(services, tenant, { record, code });
  if (!checked.ok)
    return refuseStepUp(services, current, { origin, reason: checked.reason, refused: 'wrong_code' });
  const proof = { method: 'otp', provedAt: services.clock.now() } as const;
  return stepUp(services, current, { proof, origin, also: checked.changes });
}
