import assert from 'node:assert/strict';
import type { UserAgent } from '@argus/testing/user-agent';
import * as oauth from 'oauth4webapi';
import {
  type Certified,
  callbackWithQuery,
  email,
  insecure,
  openCertified,
  proofKey,
} from './conformance-stage.ts';
import { type Arrived, browserOf, callback, type Manners, registerClient, travel } from './oauth-stage.ts';

/** A client of the FAPI 2.0 plan: pushed requests, `private_key_jwt`, tokens bound to a key by DPoP. */
export interface Bank {
  readonly certified: Certified;
  readonly client: oauth.Client;
  readonly keys: oauth.CryptoKeyPair;
  readonly kid: string;
}

export interface Banks extends AsyncDisposable {
  readonly certified: Certified;
  readonly first: Bank;
  readonly second: Bank;
}

export async function openBanks(): Promise<Banks> {
  const certified = await openCertified();
  const [first, second] = [
    await openBank(certified, 'bank-1', 'PS256'),
    await openBank(certified, 'bank-2', 'ES256'),
  ];
  return { certified, first, second, [Symbol.asyncDispose]: () => certified[Symbol.asyncDispose]() };
}

async function openBank(certified: Certified, id: string, algorithm: 'PS256' | 'ES256'): Promise<Bank> {
  const keys = await oauth.generateKeyPair(algorithm, { extractable: true });
  // Without `alg`: what a client signs with is then this provider's to judge.
  const { alg: _unsaid, ext: _of_the_browser, key_ops: _too, ...jwk } = await publicJwk(keys);
  const kid = `${id}-key`;
  await registerClient(certified.server, id, {
    profile: 'fapi2',
    authMethod: 'private_key_jwt',
    requiresPar: true,
    requiresDpop: true,
    accessTokenAlgorithm: algorithm,
    idTokenAlgorithm: algorithm,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    redirectUris: [callback, callbackWithQuery],
    jwks: { keys: [{ ...jwk, kid, use: 'sig' }] },
  });
  const client = certified.client(id, { id_token_signed_response_alg: algorithm });
  return { certified, client, keys, kid };
}

async function publicJwk({ publicKey }: oauth.CryptoKeyPair): Promise<Record<string, string>> {
  return (await crypto.subtle.exportKey('jwk', publicKey)) as Record<string, string>; // of EC and RSA: texts alone
}

type Change = (header: Record<string, unknown>, claims: Record<string, unknown>) => void;

/** The client's proof of itself, with whatever a module changes about it. */
export function assertionOf({ keys, kid }: Bank, change: Change = () => undefined): oauth.ClientAuth {
  return oauth.PrivateKeyJwt({ key: keys.privateKey, kid }, { [oauth.modifyAssertion]: change });
}

/** A key of the client that tokens are bound to; made anew for each walk, as its clock stands still. */
export async function proverOf(
  { client }: Bank,
  { keys, change }: { readonly keys?: oauth.CryptoKeyPair; readonly change?: Change } = {},
): Promise<oauth.DPoPHandle> {
  const options = change ? { [oauth.modifyAssertion]: change } : undefined;
  return oauth.DPoP(client, keys ?? (await oauth.generateKeyPair('ES256', { extractable: true })), options);
}

export interface Pushing {
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  readonly by?: oauth.ClientAuth;
  /** The proof that binds the code to its key (RFC 9449 §10.1). */
  readonly dpop?: oauth.DPoPHandle;
}

/** What was pushed, and what the client keeps of it. */
export interface Pushed {
  readonly response: Response;
  readonly sent: Readonly<Record<string, string>>;
  readonly verifier: string;
}

export async function push(bank: Bank, pushing: Pushing = {}): Promise<Pushed> {
  const { certified, client } = bank;
  const { by = assertionOf(bank), dpop } = pushing;
  const { verifier, parameters } = proofKey();
  const all = {
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid',
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    ...parameters,
    ...pushing.parameters,
  };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const options = { ...insecure, ...(dpop ? { DPoP: dpop } : {}) };
  const response = await again(() =>
    oauth.pushedAuthorizationRequest(certified.as, client, by, sent, options),
  );
  return { response, sent, verifier };
}

/** Once more when the answer was only the nonce that the proof must carry (RFC 9449 §8). */
async function again(request: () => Promise<Response>): Promise<Response> {
  const response = await request();
  if (response.status !== 400) return response;
  const { error } = await response.clone().json();
  return error === 'use_dpop_nonce' ? request() : response;
}

export interface Asking extends Pushing {
  readonly browser?: UserAgent;
  readonly manners?: Manners;
  /** What the browser adds beside `client_id` and `request_uri`. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Let time pass between the push and the browser. */
  readonly afterSeconds?: number;
}

export interface Answered extends Pushed {
  readonly bank: Bank;
  readonly arrived: Arrived;
  readonly requestUri: string;
}

export async function ask(bank: Bank, asking: Asking = {}): Promise<Answered> {
  const pushed = await push(bank, asking);
  const { request_uri: requestUri, expires_in: seconds } = await oauth.processPushedAuthorizationResponse(
    bank.certified.as,
    bank.client,
    pushed.response,
  );
  // FAPI 2.0 §5.3.2.2: less than ten minutes.
  assert.ok(seconds >= 5 && seconds < 600);
  if (asking.afterSeconds) bank.certified.advance(asking.afterSeconds);
  const arrived = await visit(bank, requestUri, asking);
  return { ...pushed, bank, arrived, requestUri };
}

/** Send a browser with a reference to a pushed request. */
export function visit(
  { certified, client }: Bank,
  requestUri: string,
  { browser = browserOf(certified.server), manners = {}, beside = {} }: Omit<Asking, keyof Pushing> = {},
): Promise<Arrived> {
  const url = new URL(certified.as.authorization_endpoint ?? '');
  const all = { client_id: client.client_id, request_uri: requestUri, ...beside };
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  return travel(browser, url, { email, ...manners });
}

/** The authorization response, with `iss` (FAPI 2.0 §5.3.2.2) and the `state` that was pushed, or none. */
export function answerOf({ bank, arrived, sent }: Answered): URLSearchParams {
  assert.ok(arrived.url, arrived.page);
  assert.equal(arrived.url.searchParams.get('iss'), bank.certified.as.issuer);
  return oauth.validateAuthResponse(
    bank.certified.as,
    bank.client,
    arrived.url,
    sent.state ?? oauth.expectNoState,
  );
}

export interface Redeeming {
  /** Who presents the code; its own client unless a module says otherwise. */
  readonly bank?: Bank;
  readonly by?: oauth.ClientAuth;
  readonly dpop?: oauth.DPoPHandle;
  readonly verifier?: string | typeof oauth.nopkce;
}

export function redeem(answered: Answered, redeeming: Redeeming): Promise<Response> {
  const { bank = answered.bank, dpop, verifier = answered.verifier } = redeeming;
  const { certified, client } = bank;
  const { by = assertionOf(bank) } = redeeming;
  const code = oauth.validateAuthResponse(
    certified.as,
    client,
    answered.arrived.url ?? new URL('about:blank'),
    oauth.skipStateCheck,
  );
  const options = { ...insecure, ...(dpop ? { DPoP: dpop } : {}) };
  const redirectUri = answered.sent.redirect_uri ?? '';
  return again(() =>
    oauth.authorizationCodeGrantRequest(certified.as, client, by, code, redirectUri, verifier, options),
  );
}

export interface SignedIn {
  readonly bank: Bank;
  readonly answered: Answered;
  readonly dpop: oauth.DPoPHandle;
  readonly tokens: oauth.TokenEndpointResponse;
  readonly claims: oauth.IDToken;
}

/** The whole road: pushed, asked, redeemed with a proof, and every check of what came back. */
export async function signIn(bank: Bank, asking: Asking = {}, redeeming: Redeeming = {}): Promise<SignedIn> {
  const answered = await ask(bank, asking);
  answerOf(answered);
  const dpop = redeeming.dpop ?? asking.dpop ?? (await proverOf(bank));
  const response = await redeem(answered, { ...redeeming, dpop });
  const { certified, client } = bank;
  const { nonce } = answered.sent;
  const tokens = await oauth.processAuthorizationCodeResponse(certified.as, client, response, {
    expectedNonce: nonce ?? oauth.expectNoNonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(certified.as, response, insecure);
  assert.equal(tokens.token_type, 'dpop');
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  assert.ok(claims);
  return { bank, answered, dpop, tokens, claims };
}

/** Ask for new tokens; whatever comes of it. */
export function refresh(
  { bank, tokens }: Pick<SignedIn, 'bank' | 'tokens'>,
  { by, dpop, bank: asker = bank }: Omit<Redeeming, 'verifier'>,
): Promise<Response> {
  const { certified, client } = asker;
  const options = { ...insecure, ...(dpop ? { DPoP: dpop } : {}) };
  const token = tokens.refresh_token ?? '';
  return again(() =>
    oauth.refreshTokenGrantRequest(certified.as, client, by ?? assertionOf(asker), token, options),
  );
}

/** Call the resource of the plan, which here is userinfo; again with the nonce that it wants. */
export async function call(
  { bank, tokens }: Pick<SignedIn, 'bank' | 'tokens'>,
  dpop: oauth.DPoPHandle,
  headers = new Headers(),
): Promise<Response> {
  const url = new URL(bank.certified.as.userinfo_endpoint ?? '');
  const request = () =>
    oauth.protectedResourceRequest(tokens.access_token, 'GET', url, headers, undefined, {
      ...insecure,
      DPoP: dpop,
    });
  try {
    return await request();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return request();
  }
}
