import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sessionGateway } from '../src/index.ts';
import { apply, clientAt, cookieSecret, freePort, openStage, type Stage, serve } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());

test('a person who opens a guarded page signs in at Argus and arrives where they wanted', async () => {
  const browser = stage.browser();
  const landed = await browser.visit(`${stage.app.origin}/me?tab=2`);
  assert.equal(landed.status, 200, landed.body);
  assert.equal(String(landed.url), `${stage.app.origin}/me?tab=2`);
  const { kind, acr, tokenLength } = JSON.parse(landed.body);
  assert.deepEqual({ kind, acr }, { kind: 'person', acr: 'urn:argus:aal1' });
  assert.ok(tokenLength > 500);
  assert.match((await browser.visit(stage.app.origin)).body, /^signed in as /);
});

test('who is not signed in passes where nobody need be, and scripts are told where to sign in', async () => {
  const browser = stage.browser();
  assert.equal((await browser.visit(stage.app.origin)).body, 'nobody');
  const refused = await browser.call(`${stage.app.origin}/me`, {
    headers: { referer: `${stage.app.origin}/list?page=3` },
  });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get('content-type'), 'application/problem+json');
  const { code, signInUrl } = await refused.json();
  assert.deepEqual(
    { code, signInUrl },
    {
      code: 'session_required',
      signInUrl: '/auth/sign-in?return_to=%2Flist%3Fpage%3D3',
    },
  );
});

test('the request to Argus has PKCE, state and nonce, and nothing of the attempt is readable in the cookie', async () => {
  const browser = stage.browser();
  const response = await browser.load(`${stage.app.origin}/auth/sign-in?return_to=/me`);
  assert.equal(response.status, 303);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const url = new URL(response.headers.get('location') ?? '');
  assert.equal(`${url.origin}${url.pathname}`, `${stage.issuer}/oauth/authorize`);
  const { searchParams: query } = url;
  assert.equal(query.get('code_challenge_method'), 'S256');
  assert.match(query.get('state') ?? '', /^[\w-]{8}\.[\w-]{43}$/);
  assert.match(query.get('nonce') ?? '', /^[\w-]{43}$/);
  const [line = ''] = response.headers.getSetCookie();
  assert.match(
    line,
    /^__Host-shop\.[\w-]{8}\.try-[\w-]{8}=1[\w-]+; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
  );
});

test('a client that proves itself by a key signs people in just the same', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }] };
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { secret: _, ...declared } = clientAt('keyed', origin);
  await apply(stage.argus, { clients: [{ ...declared, authMethod: 'private_key_jwt', jwks }] });
  const gateway = sessionGateway({
    issuer: stage.issuer,
    clientId: 'keyed',
    clientKey: { key: privateKey, algorithm: 'ES256', kid: 'one' },
    origin,
    cookieSecret,
    clock: stage.argus.clock,
  });
  await using _serving = await serve(gateway, port);
  const landed = await stage.browser().visit(`${origin}/me`);
  assert.equal(landed.status, 200, landed.body);
  assert.equal(String(landed.url), `${origin}/me`);
});
