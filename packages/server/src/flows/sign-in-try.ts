import type { TenantId } from '@argus/contract';
import { signInFacts } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Services } from '../services.ts';
import { fromNetwork, type Try } from '../throttle/throttle.ts';
import { slowDown } from './slow-down.ts';

export interface SignInTry {
  readonly tenant: TenantId;
  /** Canonical, or what stands for no address. */
  readonly email: string;
  readonly secretHash: Uint8Array | null;
  readonly origin: CallOrigin;
}

/** A try that may go on. */
export interface Counted {
  /** The person was seen on this device before, so no stranger can stand in the way. */
  readonly isKnownDevice: boolean;
  /** To be put back when the password is right. */
  readonly refund: Try | null;
}

/**
 * Count a sign-in before its password is looked at. A device that this account knows has a limit of its own; everyone
 * else shares those of the network and of the address, whether an account has that address or not.
 */
export async function countSignIn(services: Services, shown: SignInTry): Promise<Counted | Refused> {
  const { tenant, email, secretHash, origin } = shown;
  const ask = () => signInFacts(services.store.pool, tenant, { email, secretHash });
  const record = secretHash ? await ask() : null;
  const account: Try = { limit: 'account', whose: `${tenant}/${email}` };
  const tries: Try[] = record?.device
    ? [{ limit: 'device', whose: `${tenant}/${record.device.id}` }]
    : [fromNetwork('network', origin.ip), account];
  const throttled = services.throttle.take(tries, services.clock.now());
  if (!throttled) return { isKnownDevice: record?.device != null, refund: record?.device ? null : account };
  // Asked for the log's sake, once in a while and whether the account exists or not.
  const about = record ?? (throttled.isNews && throttled.limit === 'account' ? await ask() : null);
  return slowDown(services, { tenant, origin, throttled, userId: about?.user.id });
}
