import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf, problemSchema, type RefusalCode, refusalOf } from '@argus/contract';
import type { AccessClaims } from '@argus/tokens';
import { type Protection, type ProtectOptions, protect } from '../src/index.ts';
import { setting, withBearer } from './fake-issuer.ts';

async function refusalFor(
  options: Partial<ProtectOptions>,
  claims: Partial<AccessClaims> | null,
): Promise<Extract<Awaited<ReturnType<Protection['check']>>, { ok: false }>> {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock, ...options });
  const request =
    claims === null ? new Request('https://api.example/notes') : withBearer(await issuer.token(claims));
  const verdict = await check(request);
  assert.ok(!verdict.ok);
  return verdict;
}

function described(code: RefusalCode): string {
  const { oauthError, sentence } = refusalOf(code);
  return `error="${oauthError}", error_description="${sentence}"`;
}

test('without credentials the challenge names realm and scope but no error', async () => {
  const { response, reason } = await refusalFor(
    { realm: 'Notes', scope: ['notes.read', 'notes.write'] },
    null,
  );
  assert.equal(response.status, 401);
  assert.equal(
    response.headers.get('www-authenticate'),
    'Bearer realm="Notes", scope="notes.read notes.write"',
  );
  assert.equal(reason, 'no-credentials');
});

test('a refusal is a problem document that nobody may cache', async () => {
  const { response } = await refusalFor({}, null);
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.deepEqual(problemSchema.parse(await response.json()), problemOf('missing_token'));
});

test('an invalid token is challenged as RFC 6750 says', async () => {
  const { response } = await refusalFor({}, { tenant: 'acme' });
  assert.equal(response.status, 401);
  assert.equal(
    response.headers.get('www-authenticate'),
    `Bearer realm="argus", ${described('invalid_token')}`,
  );
});

test('a missing scope is answered 403 with all the scopes that are needed', async () => {
  const { response } = await refusalFor({ scope: 'notes.read notes.write' }, {});
  assert.equal(response.status, 403);
  assert.equal(
    response.headers.get('www-authenticate'),
    `Bearer realm="argus", ${described('insufficient_scope')}, scope="notes.read notes.write"`,
  );
});

test('a weak sign-in is challenged as RFC 9470 says', async () => {
  const { response } = await refusalFor({ acr: 'urn:argus:aal2', maxAgeSeconds: 300 }, {});
  assert.equal(response.status, 401);
  const described9470 = described('insufficient_user_authentication');
  assert.equal(
    response.headers.get('www-authenticate'),
    `Bearer realm="argus", ${described9470}, acr_values="urn:argus:aal2", max_age="300"`,
  );
});

test('a missing role is answered 403 without a challenge, for no other token would help', async () => {
  const { response, refusal } = await refusalFor({ roles: 'admin' }, {});
  assert.deepEqual([response.status, refusal], [403, 'denied']);
  assert.equal(response.headers.has('www-authenticate'), false);
});

test('a realm with quotes and backslashes stays inside its quotes', async () => {
  const { response } = await refusalFor({ realm: 'a"b\\c, error="x' }, null);
  assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="a\\"b\\\\c, error=\\"x"');
});
