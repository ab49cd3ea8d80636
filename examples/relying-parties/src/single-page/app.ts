import { IndexedDbDPoPStore, type User, UserManager } from 'oidc-client-ts';

const { issuer, clientId } = await (await fetch('/settings.json')).json();

/** Code flow with PKCE for a public client; it renews the tokens shortly before they end. */
const manager = new UserManager({
  authority: issuer,
  client_id: clientId,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile email',
  // Tokens are bound to a key that the browser never gives out (RFC 9449): stolen ones are worth nothing.
  dpop: { bind_authorization_code: true, store: new IndexedDbDPoPStore() },
});

/** The nonces that servers asked for, by their origin. */
const nonces = new Map<string, string>();

// While Argus cannot be reached, the tokens are good until they end.
manager.events.addSilentRenewError((error) => (error instanceof TypeError ? undefined : end()));

try {
  await begin();
} catch (error) {
  draw(
    element('h1', 'That did not work'),
    element('p', error instanceof Error ? error.message : ''),
    wayIn(),
  );
}

async function begin(): Promise<void> {
  const isCallback = location.pathname === '/callback';
  // The code goes out of the address at once, and a reload does not show it again.
  const user = isCallback ? await manager.signinRedirectCallback() : await manager.getUser();
  if (isCallback) history.replaceState(null, '', '/');
  await show(user?.expired ? null : user);
}

async function show(user: User | null): Promise<void> {
  if (!user) return draw(element('h1', 'Welcome, stranger'), wayIn());
  const person = await userInfo(user);
  if (!person) return end();
  const out = button('Sign out', () => manager.signoutRedirect());
  draw(element('h1', `Welcome, ${person.name}`), element('p', `Your address is ${person.email}.`), out);
}

/** The session at Argus is over. */
async function end(): Promise<void> {
  await manager.removeUser();
  await show(null);
}

function wayIn(): HTMLElement {
  return button('Sign in', () => manager.signinRedirect());
}

/** Name and address are at the userinfo endpoint (OIDC Core §5.4); null when the token is good for nothing any more. */
async function userInfo(user: User): Promise<{ name: string; email: string } | null> {
  const url = await manager.metadataService.getUserInfoEndpoint();
  const answer = await call(url, user);
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`Argus answered ${answer.status}.`);
  return answer.json();
}

/** How any API that takes tokens bound to a key is called: once more when it wants a newer nonce (RFC 9449 §9). */
async function call(url: string, user: User, isAgain = false): Promise<Response> {
  const { origin } = new URL(url);
  const proof = await manager.dpopProof(url, user, 'GET', nonces.get(origin));
  const headers = { authorization: `DPoP ${user.access_token}`, dpop: proof ?? '' };
  const answer = await fetch(url, { headers });
  const nonce = answer.headers.get('dpop-nonce');
  if (nonce) nonces.set(origin, nonce);
  return answer.status === 401 && nonce && !isAgain ? call(url, user, true) : answer;
}

function draw(...parts: HTMLElement[]): void {
  document.querySelector('main')?.replaceChildren(...parts);
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function button(text: string, press: () => Promise<void>): HTMLElement {
  const made = element('button', text);
  made.addEventListener('click', () => void press());
  return made;
}
