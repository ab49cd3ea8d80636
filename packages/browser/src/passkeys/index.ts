import type {
  AuthenticatorAnswer,
  CreationOptions,
  RequestOptions,
  SessionAnswer,
  SignInAnswer,
} from '@argus/contract';
import { webAuthn } from '../services/webauthn.ts';
import { SessionError } from '../session-error.ts';
import { type Caller, send } from './calls.ts';
import { hold } from './ceremony.ts';
import { userHandleOf } from './json.ts';
import { relyingPartyOf, signalPasskeys } from './signals.ts';

export { SessionError, type SessionErrorCode } from '../session-error.ts';
export type { Caller } from './calls.ts';

/** What every function here needs. */
export interface PasskeyCall {
  /** What `createSession` gave. */
  readonly session: Caller;
}

/** What this browser and device can do with passkeys. */
export interface PasskeySupport {
  /** The browser knows passkeys at all. */
  readonly isSupported: boolean;
  /** This device can hold one and check who uses it (WebAuthn §5.1.7). */
  readonly hasPlatformAuthenticator: boolean;
  /** The browser offers passkeys in the autofill of a field with `autocomplete="… webauthn"` (WebAuthn §5.1.4). */
  readonly canAutofill: boolean;
}

/** Ask the browser what it can do. Never rejects. */
export async function passkeySupport(): Promise<PasskeySupport> {
  const { kind, credentials } = webAuthn();
  const [hasPlatformAuthenticator, canAutofill] = await Promise.all([
    kind?.isUserVerifyingPlatformAuthenticatorAvailable?.().catch(() => false) ?? false,
    kind?.isConditionalMediationAvailable?.().catch(() => false) ?? false,
  ]);
  return { isSupported: credentials !== null, hasPlatformAuthenticator, canAutofill };
}

/**
 * Sign in with a passkey, without a name.
 *
 * With `conditional` nothing is asked: the browser offers passkeys in the autofill, and the promise waits for as long
 * as the page stays; any other call here takes the offer back (`cancelled`).
 *
 * @returns what the sign-in still takes; with `signed-in` the session shows it in every tab
 * @throws {SessionError} `cancelled`, `not-supported`, `refused`, `unreachable`, `unexpected-answer`; the reason of
 *   `signal` when that was aborted
 */
export async function signInWithPasskey({
  session,
  conditional,
  signal,
}: PasskeyCall & {
  readonly conditional?: boolean;
  readonly signal?: AbortSignal;
}): Promise<SignInAnswer> {
  const options = async (abort: AbortSignal) => {
    const given = await send(session, 'sign-in/passkey/options', { body: {}, signal: abort });
    return (given as { options: RequestOptions }).options; // as the contract says
  };
  const credential = await hold({ kind: 'get', options, isConditional: conditional, signal });
  const answer = (await send(session, 'sign-in/passkey', { body: { credential } })) as SignInAnswer; // as above
  if (answer.state === 'signed-in') await session.check();
  return answer;
}

/**
 * Prove with a passkey that it is still the person: what `session.stepUp` does in a window, on your own page.
 *
 * @throws {SessionError} `no-passkey`, and as `signInWithPasskey` does
 */
export async function stepUpWithPasskey({
  session,
  signal,
}: PasskeyCall & { readonly signal?: AbortSignal }): Promise<SessionAnswer> {
  const options = async (abort: AbortSignal) => {
    const given = await send(session, 'step-up/options', { body: {}, signal: abort });
    const { passkey } = given as { passkey: RequestOptions | null }; // as the contract says
    if (!passkey) throw new SessionError('no-passkey');
    return passkey;
  };
  const credential = await hold({ kind: 'get', options, signal });
  const answer = (await send(session, 'step-up/passkey', { body: { credential } })) as SessionAnswer; // as above
  await session.check();
  return answer;
}

/** A passkey that was added. */
export interface AddedPasskey {
  readonly authenticator: AuthenticatorAnswer;
  /** With the first second factor of a person, shown this once; else empty. */
  readonly recoveryCodes: readonly string[];
}

/**
 * Make a passkey for the signed-in person. It takes a fresh proof of the strongest that they have: without one it is
 * `refused` with `insufficient_user_authentication`, unless the session steps up by itself (`stepUp: 'ask'`).
 *
 * @param about `name` is how the person tells it from others, at most 100 characters
 * @throws {SessionError} `already-registered`, and as `signInWithPasskey` does
 */
export async function addPasskey({
  session,
  name,
  signal,
}: PasskeyCall & { readonly name?: string; readonly signal?: AbortSignal }): Promise<AddedPasskey> {
  const options = async (abort: AbortSignal) => {
    const given = await send(session, 'authenticators/passkeys/options', { body: {}, signal: abort });
    return (given as { options: CreationOptions }).options; // as the contract says
  };
  const credential = await hold({ kind: 'create', options, signal });
  const added = await send(session, 'authenticators/passkeys', { body: { credential, name } });
  return added as AddedPasskey; // as above
}

/**
 * Give a passkey another name, and tell the browser whose it is.
 *
 * @throws {SessionError} `refused`, `unreachable`, `unexpected-answer`
 */
export async function renamePasskey({
  session,
  id,
  name,
}: PasskeyCall & { readonly id: string; readonly name: string }): Promise<void> {
  await send(session, `authenticators/${encodeURIComponent(id)}`, { method: 'PATCH', body: { name } });
  await tellBrowser(session, await relyingPartyOf(session).catch(() => null));
}

/**
 * Take a passkey away, and tell the browser to offer it no more. Takes a fresh proof, as adding one does.
 *
 * @throws {SessionError} `refused`, `unreachable`, `unexpected-answer`
 */
export async function removePasskey({ session, id }: PasskeyCall & { readonly id: string }): Promise<void> {
  // With the last passkey the server's word on whose host they are for is gone, so it is asked before.
  const rpId = await relyingPartyOf(session).catch(() => null);
  await send(session, `authenticators/${encodeURIComponent(id)}`, { method: 'DELETE' });
  await tellBrowser(session, rpId);
}

async function tellBrowser(session: Caller, rpId: string | null): Promise<void> {
  const { current } = session;
  if (current.state === 'signed-in') await signalPasskeys(session, rpId, userHandleOf(current.user.id));
}
