import type { AuthenticationResponse, RequestOptions } from '@argus/contract';
import { subjectOf } from '@argus/core';
import { passkeysOfUser } from '@argus/store';
import { authenticationOptions } from '../authenticators/passkey/authentication-options.ts';
import { newChallenge } from '../authenticators/passkey/challenge.ts';
import { checkPasskey } from '../authenticators/passkey/check-passkey.ts';
import { relyingPartyOf } from '../authenticators/passkey/relying-party-of.ts';
import type { Current } from '../flows/current-session.ts';
import type { SignedIn } from '../flows/signed-in.ts';
import { slowDown } from '../flows/slow-down.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Services } from '../services.ts';
import { refuseStepUp, stepUp } from './step-up.ts';

/** What the browser is to sign for this session; null for a person without a passkey. */
export async function stepUpPasskeyOptions(
  services: Services,
  { tenant, user, session }: Current,
): Promise<RequestOptions | null> {
  const passkeys = await passkeysOfUser(services.store.pool, tenant, user.id);
  if (passkeys.length === 0) return null;
  const challenge = newChallenge(services, { purpose: 'step-up', subject: session.id });
  const policy = (await services.policies.effective(tenant, subjectOf(user, session))).authentication.passkey;
  return authenticationOptions({ relyingParty: relyingPartyOf(services), policy, challenge, passkeys });
}

/** Make this session fresh by a passkey of its person. */
export async function stepUpByPasskey(
  services: Services,
  current: Current,
  { credential, origin }: { readonly credential: AuthenticationResponse; readonly origin: CallOrigin },
): Promise<SignedIn | Refused> {
  const { tenant, user, session } = current;
  const counted = { limit: 'passkey', whose: `${tenant}/${session.id}` } as const;
  const throttled = services.throttle.take([counted], services.clock.now());
  if (throttled)
    return slowDown(services, { tenant, origin, throttled, userId: user.id, sessionId: session.id });
  const use = { purpose: 'step-up', subject: session.id } as const;
  const checked = await checkPasskey(services, tenant, { response: credential, use, userId: user.id });
  if (!checked.ok)
    return refuseStepUp(services, current, { origin, reason: checked.reason, refused: 'passkey_refused' });
  return stepUp(services, current, { proof: checked.proof, origin, also: checked.changes });
}
