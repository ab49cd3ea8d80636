import type { AuthenticationResponse, RequestOptions } from '@argus/contract';
import { passkeysOfUser, type SignInRecord, userFacts } from '@argus/store';
import { authenticationOptions } from '../authenticators/passkey/authentication-options.ts';
import { newChallenge } from '../authenticators/passkey/challenge.ts';
import { checkPasskey } from '../authenticators/passkey/check-passkey.ts';
import { relyingPartyOf } from '../authenticators/passkey/relying-party-of.ts';
import { slowDown } from '../flows/slow-down.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { advance } from './advance.ts';
import { isAsked, type NextProof, type Opened, openProgress } from './open-progress.ts';
import type { SignInOutcome } from './outcome.ts';
import { settle } from './settle.ts';
import { refuseStay } from './stay-signed-in.ts';
import { tellWrong } from './tell-wrong.ts';

export interface PasskeySignIn extends NextProof {
  readonly credential: AuthenticationResponse;
  readonly rememberDevice?: boolean | undefined;
  /** The application that the sign-in is for; of one that goes on it is known. */
  readonly clientId?: string | undefined;
  readonly staySignedIn?: boolean | undefined;
}

/**
 * What the browser is to sign. Before anybody is known no passkey is named, so the answer is the same for everybody;
 * as a second factor it names those of the person whose first proof this attempt holds.
 */
export async function signInPasskeyOptions(
  services: Services,
  call: NextProof,
  attempt: string,
): Promise<RequestOptions> {
  const opened = await openAsked(services, call);
  const purpose = opened ? 'second-factor' : 'sign-in';
  const { pool } = services.store;
  return authenticationOptions({
    relyingParty: relyingPartyOf(services),
    policy: (await services.policies.effective(call.tenant)).authentication.passkey,
    challenge: newChallenge(services, { purpose, subject: attempt }),
    passkeys: opened ? await passkeysOfUser(pool, call.tenant, opened.record.user.id) : [],
  });
}

/** Sign in with a passkey: without a name, or as the second factor. */
export async function signInByPasskey(services: Services, call: PasskeySignIn): Promise<SignInOutcome> {
  const { tenant, cookies, credential, staySignedIn } = call;
  const refusedStay = await refuseStay(services, staySignedIn, call);
  if (refusedStay) return refusedStay;
  if (cookies.attempt === undefined) return { refused: 'sign_in_expired' };
  const opened = await openAsked(services, call);
  const use = { purpose: opened ? 'second-factor' : 'sign-in', subject: cookies.attempt } as const;
  const userId = opened?.record.user.id ?? null;
  const checked = await checkPasskey(services, tenant, { response: credential, use, userId });
  if (!checked.ok) return refuse(services, call, { ...checked, record: opened?.record ?? null });
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const ask = { userId: checked.passkey.userId, secretHash };
  const record = opened?.record ?? (await userFacts(services.store.pool, tenant, ask));
  if (record?.user.status !== 'active')
    return refuse(services, call, { reason: 'user-disabled', userId: ask.userId, record });
  const { progress } = opened ?? { progress: null };
  const details = progress?.details ?? { clientId: call.clientId, staySignedIn };
  const outcome = await advance(services, {
    ...call,
    record,
    proofs: progress ? [...progress.proofs, checked.proof] : [checked.proof],
    before: progress,
    changes: checked.changes,
    events: [],
    details: { ...details, rememberDevice: call.rememberDevice ?? details.rememberDevice },
  });
  return settle(outcome);
}

/** The sign-in in this browser, where a passkey is what it asks for. */
async function openAsked(services: Services, call: NextProof): Promise<Opened | null> {
  if (!call.cookies.attempt) return null;
  const opened = await openProgress(services, call);
  if (isRefused(opened)) return null;
  return (await isAsked(services, call, { opened, method: 'passkey' })) ? opened : null;
}

/**
 * Counts wrong answers alone: the name of a passkey is no secret, and nobody who lacks the key can keep its owner out
 * (ASVS 6.1.1). By the bytes of the name, which has more than one spelling.
 */
async function slowedPasskey(services: Services, call: PasskeySignIn): Promise<Refused | null> {
  const { tenant, origin, credential } = call;
  const name = Buffer.from(credential.rawId, 'base64url').toString('base64url');
  const counted = { limit: 'passkey', whose: `${tenant}/${name}` } as const;
  const throttled = services.throttle.take([counted], services.clock.now());
  return throttled ? slowDown(services, { tenant, origin, throttled }) : null;
}

interface Wrong {
  readonly reason: string;
  readonly userId: SignInRecord['user']['id'] | null;
  readonly record: SignInRecord | null;
}

/** Made-up passkeys cost their maker nothing, so a network writes only so many lines into the log. */
async function refuse(
  services: Services,
  call: PasskeySignIn,
  { reason, userId, record }: Wrong,
): Promise<Refused> {
  const slowed = await slowedPasskey(services, call);
  if (slowed) return slowed;
  const now = services.clock.now();
  const isUnknown = userId === null;
  if (isUnknown && services.throttle.take([fromNetwork('network', call.origin.ip)], now))
    return { refused: 'passkey_refused' };
  return tellWrong(services, call, { userId: record?.user.id ?? userId, reason, refused: 'passkey_refused' });
}
