import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserEnvironment } from '../src/services/environment.ts';
import { credential, requestOptions, stand } from './fake-passkeys.ts';
import { balanced, createFakeServer } from './fake-server.ts';

const origin = 'https://notes.example';
const server = createFakeServer(browserEnvironment().clock.now, balanced);
let jar = server.signIn();
server.session.authTime -= 10 * 60_000;
const opened: string[] = [];

/** The person proves something in the window at once, and its last page says so. */
function openWindow(url: string) {
  opened.push(url);
  const query = new URL(url, origin).searchParams;
  const id = new URL(query.get('returnTo') ?? '', origin).searchParams.get('window');
  jar = server.stepUp('urn:argus:aal2');
  queueMicrotask(() => {
    const channel = new BroadcastChannel('argus-step-up');
    channel.postMessage({ argus: 1, message: { kind: 'window-done', id } });
    channel.close();
  });
  return { closed: false, focus: () => undefined, close: () => undefined };
}

async function answer(input: string, { method = 'GET' }: RequestInit = {}): Promise<Response> {
  const path = new URL(input, origin).pathname;
  if (path === '/api/notes' && opened.length === 0) {
    const challenge = 'Bearer error="insufficient_user_authentication", max_age="300"';
    return new Response('', { status: 401, headers: { 'www-authenticate': challenge } });
  }
  if (path === '/api/sign-in/passkey/options') return Response.json({ options: requestOptions });
  if (path === '/api/sign-in/passkey') return Response.json({ state: 'signed-in' });
  return server.answer({ method, path, body: {}, tab: 'one', jar }).response;
}

test('the example of step-up and passkeys in the README does what it says', async () => {
  Object.assign(globalThis, { location: { origin }, fetch: answer, open: openWindow });
  stand('PublicKeyCredential', {});
  stand('navigator', { credentials: { get: async () => credential } });
  const { changePlan, deleteNotes, session, signIn } = await import('./readme-step-up-example.ts');
  assert.equal(await deleteNotes(), true);
  assert.equal(opened.length, 1);
  assert.equal(await changePlan(), 'confirmed');
  assert.equal(opened.length, 1, 'what was just proved is fresh');
  assert.equal(await signIn(), 'Welcome.');
  stand('navigator', {
    credentials: { get: () => Promise.reject(new DOMException('', 'NotAllowedError')) },
  });
  assert.match(await signIn(), /Try again/);
  session.stop();
});
