import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RefusalCode, refusalOf } from '@argus/contract';
import type { ProtectOptions } from '../src/index.ts';
import { apiUrl, boundSetting, proofMaker, withDpop } from './proof-maker.ts';

const algs = 'algs="RS256 PS256 ES256 EdDSA"';

function described(code: RefusalCode): string {
  const { oauthError, sentence } = refusalOf(code);
  return `error="${oauthError}", error_description="${sentence}"`;
}

async function challenged(
  options: Partial<ProtectOptions>,
  requestOf: (setting: Awaited<ReturnType<typeof boundSetting>>) => Promise<Request> | Request,
) {
  const setting = await boundSetting(options);
  const verdict = await setting.check(await requestOf(setting));
  assert.ok(!verdict.ok);
  const { status, headers } = verdict.response;
  return [status, headers.get('www-authenticate')];
}

const bare = () => new Request(`${apiUrl}/notes`);
const bearer = (token: string) =>
  new Request(`${apiUrl}/notes`, { headers: { authorization: `Bearer ${token}` } });

test('RFC 9449 figure 15: without credentials, an API of bound tokens asks for them and names no error', async () => {
  const expected = `DPoP realm="argus", scope="notes.read", ${algs}`;
  assert.deepEqual(await challenged({ dpop: 'required', scope: 'notes.read' }, bare), [401, expected]);
});

test('RFC 9449 figure 16: a failed binding is an invalid token, told by the DPoP scheme alone', async () => {
  const answer = await challenged({}, async ({ token, clock }) => {
    return withDpop(token, await (await proofMaker(clock)).prove(token));
  });
  assert.deepEqual(answer, [401, `DPoP realm="argus", ${described('invalid_token')}, ${algs}`]);
});

test('RFC 9449 figure 17: without credentials, an API of both schemes offers both and names no error', async () => {
  const expected = `Bearer realm="argus", DPoP realm="argus", ${algs}`;
  assert.deepEqual(await challenged({}, bare), [401, expected]);
});

test('RFC 9449 figure 18: a bad bearer token is told so by its scheme, and DPoP is offered', async () => {
  const expected = `Bearer realm="argus", ${described('invalid_token')}, DPoP realm="argus", ${algs}`;
  assert.deepEqual(await challenged({}, () => bearer('INVALID_TOKEN')), [401, expected]);
});

test('RFC 9449 figure 19: one token by both schemes is a bad request, told by both', async () => {
  const answer = await challenged({}, async ({ token, prove }) => {
    const request = withDpop(token, await prove(token));
    request.headers.append('authorization', `Bearer ${token}`);
    return request;
  });
  const error = described('invalid_request');
  assert.deepEqual(answer, [400, `Bearer realm="argus", ${error}, DPoP realm="argus", ${error}, ${algs}`]);
});

test('a bad proof is told by the DPoP scheme alone, so that nobody tries Bearer next', async () => {
  const answer = await challenged({}, ({ token }) => withDpop(token, null));
  assert.deepEqual(answer, [401, `DPoP realm="argus", ${described('invalid_dpop_proof')}, ${algs}`]);
});

test('a bearer token at an API of bound tokens is told of the only scheme there is', async () => {
  const answer = await challenged({ dpop: 'required' }, async ({ issuer }) => bearer(await issuer.token()));
  assert.deepEqual(answer, [401, `DPoP realm="argus", ${described('invalid_token')}, ${algs}`]);
});

test('RFC 9470 §3: a weak or old sign-in behind a bound token is challenged by the DPoP scheme', async () => {
  const options = { acr: 'urn:argus:aal2', maxAgeSeconds: 300 } as const;
  const answer = await challenged(options, async ({ token, prove }) => withDpop(token, await prove(token)));
  const error = described('insufficient_user_authentication');
  const asked = 'acr_values="urn:argus:aal2", max_age="300"';
  assert.deepEqual(answer, [401, `DPoP realm="argus", ${error}, ${asked}, ${algs}`]);
});

test('RFC 9470 §3: each requirement is stated only where it is made', async () => {
  const send = async ({ token, prove }: Awaited<ReturnType<typeof boundSetting>>) =>
    withDpop(token, await prove(token));
  const [, weak] = await challenged({ acr: 'urn:argus:aal3' }, send);
  assert.match(String(weak), /acr_values="urn:argus:aal3"/);
  assert.doesNotMatch(String(weak), /max_age/);
  const [, stale] = await challenged({ maxAgeSeconds: 0 }, send);
  assert.match(String(stale), /max_age="0"/);
  assert.doesNotMatch(String(stale), /acr_values/);
});

test('RFC 9470 §3: beside Bearer, a weak sign-in is challenged by Bearer alone', async () => {
  const answer = await challenged({ acr: 'urn:argus:aal2' }, async ({ issuer }) =>
    bearer(await issuer.token()),
  );
  const error = described('insufficient_user_authentication');
  assert.deepEqual(answer, [401, `Bearer realm="argus", ${error}, acr_values="urn:argus:aal2"`]);
});

test('a missing scope behind a bound token is answered 403 by the DPoP scheme', async () => {
  const answer = await challenged({ scope: 'notes.write' }, async ({ token, prove }) =>
    withDpop(token, await prove(token)),
  );
  const error = described('insufficient_scope');
  assert.deepEqual(answer, [403, `DPoP realm="argus", ${error}, scope="notes.write", ${algs}`]);
});

test('nobody learns what a bound token lacks before the key is proven', async () => {
  const answer = await challenged({ acr: 'urn:argus:aal3', scope: 'x' }, ({ token }) =>
    withDpop(token, null),
  );
  assert.match(String(answer[1]), /error="invalid_dpop_proof"/);
});
