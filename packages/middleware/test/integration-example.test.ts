import assert from 'node:assert/strict';
import { request as httpRequest, type RequestListener } from 'node:http';
import { test } from 'node:test';
import { seededRandom } from '@argus/testing/random';
import type { PersonAccessClaims } from '@argus/tokens';
import { systemClock } from '../src/services/clock.ts';
import { codeIn, running } from './documented-code.ts';
import { fakeIssuer, listening } from './fake-issuer.ts';
import { proofMaker } from './proof-maker.ts';

const aud = 'https://notes.example/api';

/** The API of the guide beside an issuer, and a client with a key. */
async function guide() {
  let jwks = () => ({ keys: [] as object[] });
  const issuing = await listening((_request, response) => void response.end(JSON.stringify(jwks())));
  const url = `http://127.0.0.1:${issuing.port}`;
  // The example runs on the machine's own time, so its tokens must too.
  const issuer = await fakeIssuer({ url, clock: systemClock, random: seededRandom('guide') });
  jwks = issuer.jwks;
  let port = 0;
  const front = await listening(forwardingTo(() => port));
  const publicUrl = `http://127.0.0.1:${front.port}`;
  const env = { ARGUS_ISSUER: url, PUBLIC_URL: publicUrl };
  const api = await running(await codeIn('../../docs/integration.md'), env);
  port = api.port;
  const maker = await proofMaker(systemClock);
  const { jkt } = maker;
  const send = async (method: string, path: string, headers: Record<string, string>) => {
    const answer = await fetch(`${publicUrl}${path}`, { method, headers });
    const challenge = answer.headers.get('www-authenticate') ?? '';
    return { status: answer.status, body: await answer.json(), challenge, headers: answer.headers };
  };
  const token = (changes: Partial<PersonAccessClaims> = {}) => issuer.token({ aud, ...changes });
  /** As client libraries do: a second proof with the nonce of the first answer. */
  const sendBound = async (method: string, path: string, bound: string) => {
    const prove = (nonce?: string) =>
      maker.prove(bound, { htm: method, htu: `${publicUrl}${path}`, ...(nonce && { nonce }) });
    const authorization = `DPoP ${bound}`;
    const first = await send(method, path, { authorization, dpop: await prove() });
    assert.match(first.challenge, /^DPoP .*error="use_dpop_nonce"/);
    const nonce = first.headers.get('dpop-nonce') ?? '';
    const dpop = await prove(nonce);
    return { ...(await send(method, path, { authorization, dpop })), dpop };
  };
  return {
    issuer,
    jkt,
    token,
    send,
    sendBound,
    [Symbol.asyncDispose]: async () => {
      await front[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await issuing[Symbol.asyncDispose]();
    },
  };
}

/** Clients come through a proxy that says a host of its own: the example believes only what it was told. */
function forwardingTo(port: () => number): RequestListener {
  return (request, response) => {
    const { method, url: path, headers } = request;
    const target = { host: '127.0.0.1', port: port(), method, path, headers: { ...headers, host: 'inner' } };
    const inner = httpRequest(target, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(inner);
  };
}

test('the example of the integration guide runs as it stands: people and clients, bearer and bound', async () => {
  await using api = await guide();
  const { issuer, jkt, send, sendBound, token } = api;
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const { sub, iat } = issuer.claims();

  assert.equal((await send('GET', '/api/count', {})).status, 401);
  assert.equal(
    (await send('GET', '/api/count', bearer(await issuer.token()))).status,
    401,
    'another audience',
  );
  const person = await send('GET', '/api/count', bearer(await token()));
  assert.deepEqual(person.body, { for: sub, count: 7 });

  const report = { aud, scope: 'notes.read', cnf: { jkt } };
  const bound = await issuer.clientToken(report);
  const client = await sendBound('GET', '/api/count', bound);
  assert.deepEqual(client.body, { for: 'reports', count: 7 });
  const again = await send('GET', '/api/count', { authorization: `DPoP ${bound}`, dpop: client.dpop });
  assert.equal(again.body.code, 'invalid_dpop_proof');
  assert.equal((await send('GET', '/api/count', bearer(bound))).body.code, 'invalid_token');

  assert.equal((await sendBound('DELETE', '/api/notes', bound)).body.code, 'denied');
  const fresh = await sendBound('DELETE', '/api/notes', await token({ cnf: { jkt } }));
  assert.deepEqual(fresh.body, { deletedBy: sub });
  const hourAgo = { auth_time: iat - 3_600, sct: (iat - 3_600) * 1000 };
  const stale = await sendBound('DELETE', '/api/notes', await token({ cnf: { jkt }, ...hourAgo }));
  assert.equal(stale.status, 401);
  assert.match(stale.challenge, /^DPoP .*error="insufficient_user_authentication".* max_age="300"/);
});
