import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signingAlgorithms } from '@argus/contract';
import * as oauth from 'oauth4webapi';
import {
  type Certified,
  insecure,
  openCertified,
  proofKey,
  type SignedIn,
  signIn,
} from './conformance-stage.ts';
import { claimsIn, headerOf, say, tamperedWith, unsigned } from './oauth-holders.ts';
import { basic, declareResource, registerClient, secretOfClients } from './oauth-stage.ts';

const api = 'https://notes.example/api';
const otherApi = 'https://bills.example/api';
const by = oauth.ClientSecretBasic(secretOfClients);
let certified: Certified;

before(async () => {
  certified = await openCertified();
  const { server } = certified;
  await declareResource(server, api, ['notes.read']);
  await declareResource(server, otherApi, ['bills.read']);
  for (const algorithm of signingAlgorithms)
    await registerClient(server, `client-${algorithm}`, {
      scopes: ['openid', 'notes.read', 'bills.read'],
      resources: [api, otherApi],
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
      accessTokenAlgorithm: algorithm,
    });
});
after(() => certified[Symbol.asyncDispose]());

interface Wish {
  readonly clientId?: string;
  readonly resource?: string;
  readonly dpop?: oauth.DPoPHandle;
}

/** A person lets a client in to an API. */
async function letIn({ clientId = 'client-RS256', resource = api }: Wish = {}): Promise<SignedIn> {
  const { verifier, parameters } = proofKey();
  const scope = 'openid notes.read';
  return signIn(certified, { clientId, parameters: { ...parameters, scope, resource } }, { verifier });
}

/** The same under a key: the code is redeemed with a proof. */
async function letInWithKey(): Promise<Required<Wish> & { readonly token: string }> {
  const clientId = 'client-ES256';
  const { client, tokens } = await letIn({ clientId });
  const dpop = oauth.DPoP(client, await oauth.generateKeyPair('ES256', { extractable: true }));
  const options = { ...insecure, DPoP: dpop };
  const renew = () =>
    oauth.refreshTokenGrantRequest(certified.as, client, by, tokens.refresh_token ?? '', options);
  await renew();
  const bound = await oauth.processRefreshTokenResponse(certified.as, client, await renew());
  assert.equal(bound.token_type, 'dpop');
  return { clientId, resource: api, dpop, token: bound.access_token };
}

/** A request as a stock client makes it: caught on its way out. */
async function requestWith(token: string, dpop?: oauth.DPoPHandle): Promise<Request> {
  const caught: Request[] = [];
  await oauth.protectedResourceRequest(token, 'GET', new URL(`${api}/1`), undefined, undefined, {
    ...(dpop ? { DPoP: dpop } : {}),
    [oauth.customFetch]: async (url, { method, headers }) => {
      caught.push(new Request(url, { method, headers }));
      return new Response();
    },
  });
  const [request] = caught;
  assert.ok(request);
  return request;
}

function bearing(token: string, scheme = 'Bearer'): Request {
  return new Request(`${api}/1`, { headers: { authorization: `${scheme} ${token}` } });
}

/** The API: it knows the provider by its metadata, and itself by its name. */
function admit(request: Request, { audience = api, ...options }: Admitting = {}) {
  return oauth.validateJwtAccessToken(certified.as, request, audience, { ...insecure, ...options });
}

type Admitting = oauth.ValidateJWTAccessTokenOptions & { readonly audience?: string };

describe('an API that only knows RFC 9068 lets in', () => {
  for (const algorithm of signingAlgorithms)
    test(`a token signed with ${algorithm}, and reads who, for whom and for what`, async () => {
      const clientId = `client-${algorithm}`;
      const { tokens, claims: person } = await letIn({ clientId });
      const claims = await admit(await requestWith(tokens.access_token), { signingAlgorithms: [algorithm] });
      const { sub, client_id, scope, auth_time, acr, amr, sid } = claims;
      assert.deepEqual(
        { sub, client_id, scope, auth_time, acr, amr, sid },
        {
          sub: person.sub,
          client_id: clientId,
          scope: 'openid notes.read',
          auth_time: person.auth_time,
          acr: person.acr,
          amr: person.amr,
          sid: person.sid,
        },
      );
    });

  test('a token of a client for itself', async () => {
    const client = certified.client('client-RS256');
    const asked = { scope: 'notes.read', resource: api };
    const response = await oauth.clientCredentialsGrantRequest(certified.as, client, by, asked, insecure);
    const tokens = await oauth.processClientCredentialsResponse(certified.as, client, response);
    const { sub, client_id, aud } = await admit(await requestWith(tokens.access_token));
    assert.deepEqual([sub, client_id, aud], ['client-RS256', 'client-RS256', api]);
  });

  test('a token that is bound to a key, with a proof by it', async () => {
    const { token, dpop } = await letInWithKey();
    const { cnf } = await admit(await requestWith(token, dpop), { requireDPoP: true });
    assert.deepEqual(cnf, { jkt: await dpop.calculateThumbprint() });
  });
});

describe('and keeps out', () => {
  const refused = async (request: Request, options: Admitting = {}) => {
    await assert.rejects(admit(request, options), (error: Error) => {
      assert.ok(
        error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError,
      );
      return true;
    });
  };

  test('a token for another API', async () => {
    const { tokens } = await letIn({ resource: otherApi });
    await refused(bearing(tokens.access_token));
    assert.ok(await admit(bearing(tokens.access_token), { audience: otherApi }));
  });

  test('a token for nothing but userinfo, and that of Argus’s own pages', async () => {
    const plain = await signIn(certified);
    await refused(bearing(plain.tokens.access_token));
    const own = plain.browser.cookies.get('__Host-argus_access') ?? '';
    assert.equal(headerOf(own).typ, 'at+jwt');
    await refused(bearing(own));
  });

  test('an ID token, a refresh token and a signed introspection, even of an audience that fits', async () => {
    const { tokens, idToken } = await letIn();
    for (const [token, audience] of [
      [idToken, 'client-RS256'],
      [tokens.refresh_token ?? '', String(claimsIn(tokens.refresh_token ?? '').aud)],
      [await introspectionOf(tokens.access_token), 'client-RS256'],
    ] as const) {
      assert.ok([claimsIn(token).aud].flat().includes(audience));
      await refused(bearing(token), { audience });
    }
    assert.ok(await admit(bearing(tokens.access_token)));
  });

  test('a token that was changed, unsigned or has expired, and one of another issuer', async () => {
    const { tokens } = await letIn();
    const { access_token: token } = tokens;
    await refused(bearing(tamperedWith(token, { scope: 'notes.write' })));
    await refused(bearing(unsigned(token)));
    await refused(bearing(token), { [oauth.clockSkew]: 86_400 });
    const as = { ...certified.as, issuer: 'https://other.example' };
    await assert.rejects(oauth.validateJwtAccessToken(as, bearing(token), api, insecure));
  });

  test('a bound token without its proof, as a bearer token or with a proof by another key', async () => {
    const { clientId, token, dpop } = await letInWithKey();
    await refused(bearing(token, 'DPoP'));
    await refused(bearing(token));
    const stranger = oauth.DPoP(
      certified.client(clientId),
      await oauth.generateKeyPair('ES256', { extractable: true }),
    );
    await refused(await requestWith(token, stranger));
    const elsewhere = await requestWith(token, dpop);
    await refused(new Request(`${api}/2`, { headers: elsewhere.headers }));
  });

  test('a bearer token where a key is demanded', async () => {
    const { tokens } = await letIn();
    await refused(bearing(tokens.access_token), { requireDPoP: true });
  });
});

/** RFC 9701: what the provider says of a token, signed. */
async function introspectionOf(token: string): Promise<string> {
  const accept = 'application/token-introspection+jwt';
  const { status, text } = await say(
    certified.server,
    '/oauth/introspect',
    { token },
    { ...basic('client-RS256'), accept },
  );
  assert.equal(status, 200);
  return text;
}
