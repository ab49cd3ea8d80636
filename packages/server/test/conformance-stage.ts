import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { ClientSettingsInput, ResponseMode } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import * as oauth from 'oauth4webapi';
import {
  type Arrived,
  browserOf,
  callback,
  issuerOf,
  type Manners,
  openProvider,
  pkce,
  registerClient,
  secretOfClients,
  travel,
} from './oauth-stage.ts';
import { password } from './stage.ts';

export const email = 'ada@example.org';
export const name = 'Ada';
export const goodbye = 'https://client.example/post_logout_redirect';
/** A redirect URI with a query of its own must come back whole. */
export const callbackWithQuery = `${callback}?dummy1=lorem&dummy2=ipsum`;
export const insecure = { [oauth.allowInsecureRequests]: true } as const;

/** A provider as whoever certifies it knows it: by its issuer URL, and the clients and the person registered there. */
export interface Certified extends AsyncDisposable {
  readonly server: TestServer;
  readonly as: oauth.AuthorizationServer;
  client(id: string, more?: Partial<oauth.Client>): oauth.Client;
  /** Let time pass, for the provider and for everyone who talks to it. */
  advance(seconds: number): void;
}

/** The certification client: it knows neither PKCE nor PAR, and proves itself by its secret. */
export const basicClient = {
  requiresPkce: false,
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  redirectUris: [callback, callbackWithQuery],
  postLogoutRedirectUris: [goodbye],
} satisfies Partial<ClientSettingsInput>;

export async function openCertified(): Promise<Certified> {
  let aheadMs = 0;
  const server = await openProvider({ parts: { clock: { now: () => Date.now() + aheadMs } } });
  await registerClient(server, 'client-1', basicClient);
  await registerClient(server, 'client-2', basicClient);
  await browserOf(server).call('signUp', { body: { email, password, name } });
  const issuer = new URL(issuerOf(server));
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  return {
    server,
    as,
    client: (client_id, more = {}) => ({
      ...more,
      client_id,
      get [oauth.clockSkew]() {
        return aheadMs / 1000;
      },
    }),
    advance: (seconds) => {
      aheadMs += seconds * 1000;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The plans run all their modules with each response mode: first the default one, then form_post. */
export function inEachPlan(plans: Readonly<Record<string, ResponseMode>>, walk: (plan: Plan) => void): void {
  for (const [title, mode] of Object.entries(plans)) describe(title, () => walk({ mode }));
}

export interface Plan {
  readonly mode: ResponseMode;
}

export const basicPlans = { 'Basic OP': 'query', 'Form Post OP': 'form_post' } as const;

export interface Walk extends Partial<Plan> {
  readonly clientId?: string;
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  readonly browser?: UserAgent;
  readonly manners?: Manners;
}

/** An authorization request, and where it came out. */
export interface Asked {
  readonly walk: Walk;
  readonly browser: UserAgent;
  readonly arrived: Arrived;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
}

/** Send a browser to the authorization endpoint, and do what its pages ask for. */
export async function ask({ server, as }: Certified, walk: Walk = {}): Promise<Asked> {
  const { clientId = 'client-1', browser = browserOf(server), manners = {}, mode } = walk;
  const parameters = {
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid',
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    response_mode: mode === 'form_post' ? mode : undefined,
    ...walk.parameters,
  };
  const url = new URL(as.authorization_endpoint ?? '');
  for (const [key, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(key, value);
  const arrived = await travel(browser, url, { email, ...manners });
  const { redirect_uri: redirectUri, state, nonce } = parameters;
  return { walk, browser, arrived, redirectUri: redirectUri ?? '', state, nonce };
}

/** What came back to the client, in the mode that it asked for, with the `iss` and `state` that it must have. */
export function answerOf({ as, client }: Certified, { walk, arrived, state }: Asked): URLSearchParams {
  assert.ok(arrived.url, arrived.page);
  const isPosted = /<form method="post" action="https:/.test(arrived.page);
  assert.equal(isPosted, walk.mode === 'form_post', 'OAuth 2.0 Form Post Response Mode §2');
  const expectedState = state ?? oauth.expectNoState;
  return oauth.validateAuthResponse(as, client(walk.clientId ?? 'client-1'), arrived.url, expectedState);
}

/** The error that came back instead of a code, with nothing beside it that no specification knows. */
export function errorOf(certified: Certified, asked: Asked): string {
  assert.throws(() => answerOf(certified, asked), oauth.AuthorizationResponseError);
  const { searchParams } = asked.arrived.url ?? new URL('about:blank');
  const known = ['error', 'error_description', 'error_uri', 'iss', 'state'];
  const unknown = [...searchParams.keys()].filter((key) => !known.includes(key));
  assert.deepEqual([searchParams.get('code'), unknown], [null, []]);
  return searchParams.get('error') ?? '';
}

export interface Redeeming {
  readonly by?: oauth.ClientAuth;
  readonly verifier?: string;
}

/** Present a code at the token endpoint; whatever comes of it. */
export async function redeem(
  certified: Certified,
  asked: Asked,
  { by = oauth.ClientSecretBasic(secretOfClients), verifier }: Redeeming = {},
): Promise<Response> {
  const client = certified.client(asked.walk.clientId ?? 'client-1');
  const answer = answerOf(certified, asked);
  const proof = verifier ?? oauth.nopkce;
  return oauth.authorizationCodeGrantRequest(
    certified.as,
    client,
    by,
    answer,
    asked.redirectUri,
    proof,
    insecure,
  );
}

export interface SignedIn {
  readonly asked: Asked;
  readonly browser: UserAgent;
  readonly client: oauth.Client;
  readonly tokens: oauth.TokenEndpointResponse;
  readonly claims: oauth.IDToken;
  readonly idToken: string;
}

/** The whole road of a module: request, answer, code exchange, and every check of the ID token and its signature. */
export async function signIn(
  certified: Certified,
  walk: Walk = {},
  redeeming: Redeeming = {},
): Promise<SignedIn> {
  const asked = await ask(certified, walk);
  const client = certified.client(walk.clientId ?? 'client-1');
  const response = await redeem(certified, asked, redeeming);
  const maxAge = walk.parameters?.max_age;
  const tokens = await oauth.processAuthorizationCodeResponse(certified.as, client, response, {
    expectedNonce: asked.nonce ?? oauth.expectNoNonce,
    requireIdToken: true,
    ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
  });
  await oauth.validateApplicationLevelSignature(certified.as, response, insecure);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  assert.ok(claims);
  return { asked, browser: asked.browser, client, tokens, claims, idToken: tokens.id_token ?? '' };
}

/** What userinfo says, asked by GET and held against the ID token. */
export async function userInfo(
  { as }: Certified,
  { client, tokens, claims }: SignedIn,
): Promise<oauth.UserInfoResponse> {
  const response = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
  return oauth.processUserInfoResponse(as, client, claims.sub, response);
}

/** What a client with PKCE sends, and what it keeps. */
export function proofKey() {
  const { verifier, challenge } = pkce();
  return { verifier, parameters: { code_challenge: challenge, code_challenge_method: 'S256' } };
}

/** The error of an answer that must not be kept, and its status. */
export async function refusalOf(response: Response): Promise<readonly [number, string]> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const body = await response.json();
  // RFC 6749 §5.2: what a description may consist of.
  assert.match(body.error_description ?? '', /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/);
  return [response.status, body.error];
}
