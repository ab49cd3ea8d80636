import { slowDown } from '../flows/slow-down.ts';
import { isRefused } from '../http/answer.ts';
import { tellLocked } from '../lockout/tell-locked.ts';
import { tryPassword } from '../lockout/try-password.ts';
import type { Services } from '../services.ts';
import type { Try } from '../throttle/throttle.ts';
import { advance } from './advance.ts';
import { isAsked, type NextProof, openProgress } from './open-progress.ts';
import type { SignInOutcome } from './outcome.ts';
import { settle } from './settle.ts';
import { tellWrong } from './tell-wrong.ts';

/** The second factor after a passkey that did not check who holds it: the password. */
export async function continueWithPassword(
  services: Services,
  call: NextProof & { readonly password: string },
): Promise<SignInOutcome> {
  const { tenant, origin, password } = call;
  const opened = await openProgress(services, call);
  if (isRefused(opened)) return opened;
  const { progress, record } = opened;
  if (!(await isAsked(services, call, { opened, method: 'password' }))) return { refused: 'denied' };
  const counted: Try = { limit: 'passwordChange', whose: `${tenant}/${record.user.id}` };
  const throttled = services.throttle.take([counted], services.clock.now());
  if (throttled) return slowDown(services, { tenant, origin, throttled, userId: record.user.id });
  const { user, device } = record;
  const guessed = { tenant, user, email: user.email, isKnownDevice: device !== null, origin };
  const tried = await tryPassword(services, guessed);
  if (isRefused(tried)) return tried;
  if (!(await services.passwords.verify(record.phc, password, 'known'))) {
    await tellLocked(services, guessed, tried);
    return tellWrong(services, call, {
      userId: record.user.id,
      reason: 'wrong-password',
      refused: 'invalid_credentials',
    });
  }
  services.throttle.giveBack(counted);
  const outcome = await advance(services, {
    ...call,
    record,
    proofs: [...progress.proofs, { method: 'pwd', provedAt: services.clock.now() }],
    before: progress,
    changes: tried.whenRight,
    events: [],
    details: progress.details,
  });
  return settle(outcome);
}
