import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import { begin, decide, poll } from './oauth-devices.ts';
import { askUserInfo, type Holder, newDpopKey, say, type Tokens } from './oauth-holders.ts';
import {
  askToken,
  authorizationUrl,
  basic,
  callback,
  issuerOf,
  type Manners,
  pkce,
  travel,
} from './oauth-stage.ts';
import { password } from './stage.ts';

/** A client as its makers know it. */
export interface Application {
  readonly id: string;
  readonly secret: string;
}

export interface Applications {
  readonly lively: Application;
  /** Never answers logout tokens as it should. */
  readonly deaf: Application;
  readonly service: Application;
}

/** Create a client as an administrator does; a public one, or one with keys, has an empty secret. */
export async function createClient(
  administrator: UserAgent,
  id: string,
  settings: object,
): Promise<Application> {
  const client = {
    id,
    name: `Application ${id}`,
    type: 'confidential',
    redirectUris: [callback],
    ...settings,
  };
  const { status, body } = await administrator.call('adminCreateClient', { body: client });
  if (status !== 201) throw new Error(`${id}: ${JSON.stringify(body)}`);
  return { id, secret: body.secret ?? '' };
}

interface Visit {
  readonly client: Application;
  readonly scope?: string;
  readonly prompt?: string;
  readonly manners?: Manners;
}

/** Go to Argus for a client and come back with a code, or with nothing. */
export async function codeFor(server: TestServer, { browser }: Pick<Holder, 'browser'>, visit: Visit) {
  const { client, scope = 'openid profile', prompt, manners } = visit;
  const { verifier, challenge } = pkce();
  const asked = { scope, prompt, code_challenge: challenge };
  const { url } = await travel(browser, authorizationUrl(server, client.id, asked), manners);
  const code = url?.searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
}

/** Sign in for a client; what it was given, and what it sent for that. */
export async function signInFor(server: TestServer, person: Pick<Holder, 'browser'>, visit: Visit) {
  const { id, secret } = visit.client;
  const sent = await codeFor(server, person, visit);
  const { status, body } = await askToken(server, sent, basic(id, secret));
  if (status !== 200) throw new Error(`${id} got no tokens: ${JSON.stringify(body)}`);
  return { sent, tokens: body as Tokens }; // the answer of the token endpoint
}

/** What a person does, and what goes wrong at the application: refused, stolen, given back, withdrawn. */
export async function asPerson(
  server: TestServer,
  { lively, deaf }: Applications,
  person: Holder,
): Promise<void> {
  const { browser } = person;
  const proof = basic(lively.id, lively.secret);
  await codeFor(server, person, { client: lively, manners: { consent: 'deny' } });
  const mistaken = await codeFor(server, person, { client: lively });
  await askToken(server, { ...mistaken, code_verifier: pkce().verifier }, proof);
  const stolen = await signInFor(server, person, { client: lively });
  await askToken(server, stolen.sent, proof);
  await askToken(server, stolen.sent, basic(lively.id, 'a secret that was never right, and long enough'));
  const { tokens } = await signInFor(server, person, { client: lively });
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
  await askToken(server, refresh, basic(deaf.id, deaf.secret));
  const renewed = await askToken(server, refresh, proof);
  await askUserInfo(server, tokens.access_token);
  for (const token of [tokens.access_token, renewed.body.refresh_token])
    await say(server, '/oauth/revoke', { token }, proof);
  await browser.call('stepUpWithPassword', { body: { password: 'a sentence that was never right' } });
  await browser.call('stepUpWithPassword', { body: { password } });
  await signInFor(server, person, { client: lively });
  await browser.call('withdrawConsent', { params: { clientId: lively.id } });
}

/** What a service does with its own token and with one that it was shown. */
export async function asService(
  server: TestServer,
  { lively, service }: Applications,
  person: Holder,
): Promise<void> {
  const proof = basic(service.id, service.secret);
  await askToken(server, { grant_type: 'client_credentials' }, proof);
  const { tokens } = await signInFor(server, person, { client: lively, scope: 'openid lively.read' });
  const exchange = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: tokens.access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: 'https://lively.example/api',
  };
  await askToken(server, exchange, proof);
  await askToken(server, { ...exchange, subject_token: tokens.id_token }, proof);
  await say(server, '/oauth/introspect', { token: tokens.access_token }, proof);
}

/** A device that is let in, and one that is not. */
export async function onDevices(server: TestServer, person: Holder): Promise<void> {
  for (const decision of ['allow', 'deny']) {
    const { device_code, user_code } = await begin(server);
    await poll(server, device_code);
    await decide(person, user_code, decision);
    server.clock.advance(10_000);
    await poll(server, device_code);
  }
}

/** A client that proves itself by a key, pushes its requests and binds its tokens (FAPI 2.0). */
export async function hardened(
  server: TestServer,
  administrator: UserAgent,
  { browser }: Holder,
): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = newDpopKey();
  await createClient(administrator, 'bank', {
    profile: 'fapi2',
    authMethod: 'private_key_jwt',
    accessTokenAlgorithm: 'ES256',
    idTokenAlgorithm: 'ES256',
    requiresPar: true,
    requiresDpop: true,
    jwks: { keys: [publicKey.export({ format: 'jwk' })] },
  });
  const ask = (path: string, fields: Readonly<Record<string, string>>) =>
    say(
      server,
      path,
      { ...fields, ...assertionOf(server, privateKey) },
      { dpop: key.prove(server, { path }) },
    );
  const { verifier, challenge } = pkce();
  const asked = authorizationUrl(server, 'bank', { code_challenge: challenge });
  const pushed = await ask('/oauth/par', Object.fromEntries(asked.searchParams));
  const url = new URL('/oauth/authorize', issuerOf(server));
  url.search = new URLSearchParams({ client_id: 'bank', request_uri: pushed.body.request_uri }).toString();
  const { url: back } = await travel(browser, url);
  const { body } = await ask('/oauth/token', {
    grant_type: 'authorization_code',
    code: back?.searchParams.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier,
  });
  await ask('/oauth/token', { grant_type: 'refresh_token', refresh_token: body.refresh_token });
  const path = '/oauth/userinfo';
  const dpop = key.prove(server, { path, method: 'GET', accessToken: body.access_token });
  await askUserInfo(server, body.access_token, { authorization: `DPoP ${body.access_token}`, dpop });
}

let assertions = 0;

/** RFC 7523 §2.2. */
function assertionOf(server: TestServer, key: KeyObject): Readonly<Record<string, string>> {
  assertions += 1;
  const exp = Math.floor(server.clock.now() / 1000) + 60;
  const claims = { iss: 'bank', sub: 'bank', aud: issuerOf(server), jti: `assertion-${assertions}`, exp };
  const input = [{ alg: 'ES256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${input}.${signature.toString('base64url')}`,
  };
}
