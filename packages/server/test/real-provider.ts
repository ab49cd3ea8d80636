import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { ownOrigin } from './stage.ts';

/** How somebody signs in there. */
export interface UpstreamLogin {
  readonly accountId: string;
  readonly acr?: string;
  readonly amr?: string[];
  /** When, in seconds; now if nothing is said. */
  readonly ts?: number;
}

export interface RealProviderOptions {
  /** Ids that Argus gave it here: each has a callback of its own. */
  readonly providerIds: readonly string[];
  readonly clientId?: string;
  readonly secret: string;
  /** Where Argus listens, for logout tokens. */
  readonly argus: string;
}

/** A certified provider on this machine. People sign in by a word to it, without pages. */
export interface RealProvider extends AsyncDisposable {
  readonly issuer: string;
  /** How the next person signs in. */
  login: UpstreamLogin;
  /** Follow its redirects with the cookies of one browser, until they lead out of it. */
  visit(location: string, cookies: Map<string, string>): Promise<string>;
  /** Sign out there: tells every client about it. */
  signOut(cookies: Map<string, string>): Promise<void>;
  /** New keys from now on, as after an emergency. */
  rotate(): Promise<void>;
  /** Answers of Argus to logout tokens. */
  readonly told: { readonly status: number; readonly token: string }[];
  stop(): Promise<void>;
}

export async function openRealProvider(options: RealProviderOptions): Promise<RealProvider> {
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
  const state: { login: UpstreamLogin; provider: Provider; told: { status: number; token: string }[] } = {
    login: { accountId: 'ada' },
    told: [],
    provider: providerOf(issuer, options, (entry) => state.told.push(entry)),
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const isInteraction = request.url?.startsWith('/interaction/');
    if (!isInteraction) return void state.provider.callback()(request, response);
    void interact(state.provider, state.login, { request, response });
  };
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    issuer,
    told: state.told,
    get login() {
      return state.login;
    },
    set login(login) {
      state.login = login;
    },
    visit: (location, cookies) => follow(issuer, location, cookies),
    signOut: (cookies) => signOut(issuer, cookies),
    async rotate() {
      state.provider = providerOf(issuer, options, (entry) => state.told.push(entry));
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' };
}

function providerOf(
  issuer: string,
  { providerIds, clientId = 'argus', secret, argus }: RealProviderOptions,
  told: (entry: { status: number; token: string }) => void,
): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        redirect_uris: providerIds.map((id) => `${ownOrigin}/sign-in/federated/${id}/callback`),
        backchannel_logout_uri: `${ownOrigin}/oauth/backchannel_logout`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: [signingKey()] },
    cookies: { keys: ['a key for nothing but tests'] },
    acrValues: ['urn:idp:one', 'urn:idp:two'],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      acr: null,
      amr: null,
      auth_time: null,
      sid: null,
    },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@upstream.example`,
        email_verified: true,
        name: `${id} of Upstream`,
      }),
    }),
    loadExistingGrant: (context) => grantAll(context, clientId),
    // Argus says that it is at its issuer; here it listens somewhere else.
    async fetch(url, init) {
      // Its guard against private addresses would keep it from this very machine.
      const { dispatcher: _, ...plain } = (init ?? {}) as RequestInit & { dispatcher?: unknown };
      const answer = await fetch(new Request(url).url.replace(ownOrigin, argus), plain);
      const token = plain.body instanceof URLSearchParams ? plain.body.get('logout_token') : null;
      if (token) told({ status: answer.status, token });
      return answer;
    },
  });
}

async function grantAll(context: KoaContextWithOIDC, clientId: string) {
  const { provider, session } = context.oidc;
  const grant = new provider.Grant({ clientId, accountId: session?.accountId ?? '' });
  grant.addOIDCScope('openid email profile');
  await grant.save();
  return grant;
}

/** A form that was filled in and sent, without anybody seeing it. */
async function interact(
  provider: Provider,
  login: UpstreamLogin,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  await provider.interactionFinished(
    request,
    response,
    { login: { ...login } },
    { mergeWithLastSubmission: false },
  );
}

async function follow(issuer: string, from: string, cookies: Map<string, string>): Promise<string> {
  let location = from;
  for (let hop = 0; hop < 10; hop += 1) {
    if (!location.startsWith(issuer)) return location;
    const answer = await send(location, cookies);
    const next = answer.headers.get('location');
    if (next === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    location = new URL(next, location).href;
  }
  throw new Error('the provider goes in circles');
}

async function signOut(issuer: string, cookies: Map<string, string>): Promise<void> {
  const asked = await send(`${issuer}/session/end`, cookies);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(await asked.text())?.[1] ?? '';
  await send(`${issuer}/session/end/confirm`, cookies, new URLSearchParams({ xsrf, logout: 'yes' }));
}

async function send(
  location: string,
  cookies: Map<string, string>,
  body?: URLSearchParams,
): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(location, {
    redirect: 'manual',
    headers: { cookie },
    ...(body ? { method: 'POST', body } : {}),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [pair = ''] = line.split(';', 1);
    const at = pair.indexOf('=');
    if (pair.length === at + 1) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return answer;
}
