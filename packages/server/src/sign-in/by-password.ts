import type { TenantId } from '@argus/contract';
import { canonicalEmail, decideSignIn, type ProgressDetails } from '@argus/core';
import { signInFacts } from '@argus/store';
import { keepPasswordCurrent } from '../flows/keep-password-current.ts';
import { countSignIn } from '../flows/sign-in-try.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { tellLocked } from '../lockout/tell-locked.ts';
import { type Guessed, type Tried, tryPassword } from '../lockout/try-password.ts';
import { type Services, stamp } from '../services.ts';
import { advance } from './advance.ts';
import type { SignInOutcome } from './outcome.ts';
import { refuseStay } from './stay-signed-in.ts';

export interface PasswordSignIn {
  readonly tenant: TenantId;
  readonly identifier: string;
  readonly password: string;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
  /** What goes along with the sign-in to its end. */
  readonly details?: ProgressDetails;
}

const rounds = 3;

/**
 * Sign in by password. An unknown address takes the same question, the same hash and one audit event
 * like a wrong password, and gets the same answer.
 */
export async function signInByPassword(services: Services, request: PasswordSignIn): Promise<SignInOutcome> {
  const { tenant, cookies, origin } = request;
  // What is no address still asks for one that cannot exist: the work must not tell.
  const email = canonicalEmail(request.identifier) ?? '\u0001';
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const { details = {} } = request;
  const asking = { tenant, origin, clientId: details.clientId };
  const refusedStay = await refuseStay(services, details.staySignedIn, asking);
  if (refusedStay) return refusedStay;
  const counted = await countSignIn(services, { tenant, email, secretHash, origin });
  if (isRefused(counted)) return counted;
  const ask = () => signInFacts(services.store.pool, tenant, { email, secretHash });
  let record = await ask();
  const guessed = {
    tenant,
    user: record?.user ?? null,
    email,
    isKnownDevice: record?.device != null,
    origin,
  };
  const tried = await tryPassword(services, guessed);
  if (isRefused(tried)) return tried;
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) record = await ask();
    const isRight = await services.passwords.verify(
      record?.phc ?? null,
      request.password,
      counted.isKnownDevice ? 'known' : 'stranger',
    );
    const facts = { user: record?.user ?? null, hasPassword: record?.phc != null };
    const decision = decideSignIn(facts, isRight, origin);
    if (decision.kind === 'refuse' || record === null) return refuse(services, { guessed, tried }, decision);
    const kept = await keepPasswordCurrent(services, record, request);
    const outcome = await advance(services, {
      ...kept,
      changes: [...tried.whenRight, ...kept.changes],
      tenant,
      proofs: [{ method: 'pwd', provedAt: services.clock.now() }],
      before: null,
      details,
      cookies,
      origin,
    });
    if ('lost' in outcome) continue;
    if (counted.refund) services.throttle.giveBack(counted.refund);
    return outcome;
  }
  return { refused: 'unavailable', retryAfterSeconds: 1 };
}

async function refuse(
  services: Services,
  { guessed, tried }: { readonly guessed: Guessed; readonly tried: Tried },
  decision: ReturnType<typeof decideSignIn>,
): Promise<Refused> {
  const drafts = decision.kind === 'refuse' ? [decision.event] : [];
  const events = stamp(services, services.clock.now(), drafts);
  await services.store.commit({ tenant: guessed.tenant, changes: [], events });
  await tellLocked(services, guessed, tried);
  services.metrics.signIns.inc({ outcome: 'refused' });
  return { refused: 'invalid_credentials' };
}
