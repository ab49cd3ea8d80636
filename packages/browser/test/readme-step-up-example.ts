import { createSession } from '@argus/browser';
import { SessionError, signInWithPasskey } from '@argus/browser/passkeys';

export const session = createSession({ stepUp: 'ask' });

export async function deleteNotes(): Promise<boolean> {
  const response = await session.fetch('/api/notes', { method: 'DELETE' });
  return response.ok;
}

export async function changePlan(): Promise<string> {
  await session.stepUp({ acr: 'urn:argus:aal2', maxAge: 300 });
  return 'confirmed';
}

export async function signIn(): Promise<string> {
  try {
    const { state } = await signInWithPasskey({ session });
    return state === 'signed-in' ? 'Welcome.' : 'One more step.';
  } catch (error) {
    if (error instanceof SessionError && error.code === 'cancelled')
      return 'Try again, or use your password.';
    throw error;
  }
}
