import type { Session } from '@argus/browser';
import { passkeySupport, SessionError, signInWithPasskey } from '@argus/browser/passkeys';
import { element } from './elements.ts';

/** The button that signs in with a passkey, where the browser knows them. */
export async function openPasskey(session: Session): Promise<void> {
  const { isSupported } = await passkeySupport();
  element('passkey').hidden = !isSupported;
  element('passkey').addEventListener('click', () => void signIn(session));
}

async function signIn(session: Session): Promise<void> {
  complain('');
  try {
    const { state } = await signInWithPasskey({ session });
    // Whatever else the sign-in takes, Argus's own pages ask for it.
    if (state !== 'signed-in') location.assign('/sign-in/next?returnTo=/');
  } catch (error) {
    complain(sentenceFor(error));
  }
}

function sentenceFor(error: unknown): string {
  switch (error instanceof SessionError && error.code) {
    case 'cancelled':
      return 'Nothing came from your passkey. Try again, or sign in another way.';
    case 'refused':
      return 'This passkey could not be accepted.';
    case 'unreachable':
      return 'The server cannot be reached. Check your connection and try again.';
    default:
      return 'That did not work. Sign in another way.';
  }
}

function complain(sentence: string): void {
  element('passkey-trouble').hidden = sentence === '';
  element('passkey-trouble').textContent = sentence;
}
