import { slowDown } from '../../flows/slow-down.ts';
import type { Visit } from '../../flows/visit.ts';
import type { Refused } from '../../http/answer.ts';
import type { CallOrigin } from '../../http/caller.ts';
import type { Services } from '../../services.ts';
import type { Try } from '../../throttle/throttle.ts';

/** Whether a person leaves more behind, codes and lines of the audit log, than anybody does by living. */
export async function tooOften(
  services: Services,
  { current }: Pick<Visit, 'current'>,
  origin: CallOrigin,
): Promise<Refused | null> {
  const { tenant, user, session } = current;
  const counted: Try = { limit: 'authorization', whose: user.id };
  const throttled = services.throttle.take([counted], services.clock.now());
  if (!throttled) return null;
  return slowDown(services, { tenant, origin, throttled, userId: user.id, sessionId: session.id });
}
