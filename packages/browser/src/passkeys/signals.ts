import type { AuthenticatorAnswer, RequestOptions } from '@argus/contract';
import { webAuthn } from '../services/webauthn.ts';
import { type Caller, send } from './calls.ts';

interface Signals {
  signalAllAcceptedCredentials?(known: object): Promise<void>;
  signalCurrentUserDetails?(known: object): Promise<void>;
}

/** The host that the person's passkeys are for; null without one. */
export async function relyingPartyOf(session: Caller): Promise<string | null> {
  const given = await send(session, 'step-up/options', { body: {} });
  return (given as { passkey: RequestOptions | null }).passkey?.rpId ?? null; // as the contract says
}

/** Tell the browser which passkeys still count and whose they are (WebAuthn §5.1.10). A courtesy, so it never rejects. */
export async function signalPasskeys(session: Caller, rpId: string | null, userId: string): Promise<void> {
  if (rpId === null) return;
  try {
    const given = await send(session, 'authenticators', { method: 'GET' });
    const { authenticators } = given as { authenticators: AuthenticatorAnswer[] }; // as the contract says
    const allAcceptedCredentialIds = authenticators.flatMap((each) =>
      each.kind === 'passkey' ? [each.credentialId] : [],
    );
    await signal('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds });
    const { current } = session;
    if (current.state !== 'signed-in') return;
    const { email: name, name: displayName } = current.user;
    await signal('signalCurrentUserDetails', { rpId, userId, name, displayName: displayName ?? name });
  } catch {
    // As above.
  }
}

async function signal(method: keyof Signals, about: object): Promise<void> {
  await (webAuthn().kind as Signals | null)?.[method]?.(about); // younger than the types of the language
}
