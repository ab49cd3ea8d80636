import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiUrl, boundSetting, withDpop } from './proof-maker.ts';

for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA'] as const) {
  test(`a bound token with a proof that jose made by ${algorithm} proves its principal`, async () => {
    const { check, prove, token, jkt } = await boundSetting({}, algorithm);
    const verdict = await check(withDpop(token, await prove(token)));
    assert.ok(verdict.ok, JSON.stringify(verdict));
    assert.equal(verdict.principal.source, 'dpop');
    assert.deepEqual(verdict.principal.claims.cnf, { jkt });
    assert.equal(verdict.headers, undefined);
  });
}

test('a client that acts by itself proves its key like anybody', async () => {
  const { check, prove, issuer, jkt } = await boundSetting({ kind: 'client' });
  const token = await issuer.clientToken({ cnf: { jkt } });
  const verdict = await check(withDpop(token, await prove(token)));
  assert.equal(verdict.ok && verdict.principal.kind, 'client');
});

test('a remembered token needs a proof with every request all the same', async () => {
  const { outcome, prove, token, state } = await boundSetting();
  assert.equal(await outcome(withDpop(token, await prove(token))), 'ok');
  assert.equal(await outcome(withDpop(token, await prove(token))), 'ok');
  assert.equal(state().cache.entries, 1);
  assert.equal(await outcome(withDpop(token, null)), '401 invalid_dpop_proof missing');
  assert.equal(await outcome(withDpop(token, await prove('another'))), '401 invalid_dpop_proof wrong-token');
});

test('the scheme is read in any case', async () => {
  const { checkParts, prove, token } = await boundSetting();
  for (const scheme of ['dpop', 'DPOP', 'DPoP ']) {
    const headers: Record<string, string> = {
      authorization: `${scheme} ${token}`,
      dpop: await prove(token),
    };
    const verdict = await checkParts({ method: 'GET', url: '/notes', header: (name) => headers[name] });
    assert.equal(verdict.ok, true, scheme);
  }
});

/** The request's target as a server sees it, what the proof names, and the configured public URL. */
const sameUrl: [target: string, htu: string, publicUrl: string][] = [
  ['/notes', `${apiUrl}/notes`, apiUrl],
  ['/notes', `${apiUrl}/notes`, `${apiUrl}/`],
  ['/notes?page=2', `${apiUrl}/notes`, apiUrl],
  ['/notes?q={a}|`b`^', `${apiUrl}/notes`, apiUrl],
  ['/notes', `${apiUrl}/notes?page=2#end`, apiUrl],
  ['/notes', 'HTTPS://API.example:443/n%6ftes', apiUrl],
  ['http://10.0.0.7:3000/notes', `${apiUrl}/notes`, apiUrl],
  ['https://evil.example/notes', `${apiUrl}/notes`, apiUrl],
  ['//evil.example/notes', `${apiUrl}//evil.example/notes`, apiUrl],
  ['/notes', 'https://example.com/api/notes', 'https://example.com/api'],
  ['/notes', 'http://localhost:8200/notes', 'http://localhost:8200'],
];

for (const [target, htu, publicUrl] of sameUrl) {
  test(`${target} behind ${publicUrl} is what a proof for ${htu} speaks of`, async () => {
    const { checkParts, prove, token } = await boundSetting({ publicUrl });
    const headers: Record<string, string> = {
      authorization: `DPoP ${token}`,
      dpop: await prove(token, { htu }),
      host: 'internal:3000',
      'x-forwarded-host': 'evil.example',
    };
    const verdict = await checkParts({ method: 'GET', url: target, header: (name) => headers[name] });
    assert.equal(verdict.ok ? 'ok' : verdict.reason, 'ok');
  });
}

test('a proof is good through its sixtieth second and from ten seconds before it was made', async () => {
  const { outcome, prove, token, clock } = await boundSetting();
  const iat = Math.floor(clock.now() / 1000);
  assert.equal(await outcome(withDpop(token, await prove(token, { iat: iat - 59 }))), 'ok');
  const old = await prove(token, { iat: iat - 60 });
  assert.equal(await outcome(withDpop(token, old)), '401 invalid_dpop_proof too-old');
  assert.equal(await outcome(withDpop(token, await prove(token, { iat: iat + 10 }))), 'ok');
  const early = await prove(token, { iat: iat + 11 });
  assert.equal(await outcome(withDpop(token, early)), '401 invalid_dpop_proof from-the-future');
});

test('where DPoP is required, unbound tokens are refused and the cookie is left alone', async () => {
  const { check, prove, issuer, token } = await boundSetting({ dpop: 'required' });
  const unbound = await issuer.token();
  const bearer = new Request(`${apiUrl}/notes`, { headers: { authorization: `Bearer ${unbound}` } });
  const refused = await check(bearer);
  assert.equal(!refused.ok && `${refused.refusal} ${refused.reason}`, 'invalid_token dpop-required');
  const cookie = new Request(`${apiUrl}/notes`, { headers: { cookie: `__Host-argus_access=${unbound}` } });
  assert.equal((await check(cookie)).ok, true);
  assert.equal((await check(withDpop(token, await prove(token)))).ok, true);
});

test('where DPoP is accepted, unbound bearer tokens go on as before, whatever proof lies beside them', async () => {
  const { check, issuer } = await boundSetting();
  const authorization = `Bearer ${await issuer.token()}`;
  for (const headers of [{ authorization }, { authorization, dpop: 'nothing' }]) {
    assert.equal((await check(new Request(`${apiUrl}/notes`, { headers }))).ok, true);
  }
});

test('where DPoP is refused or was never set up, a bound token is good for nothing', async () => {
  for (const options of [{ dpop: 'refused' }, { publicUrl: undefined }] as const) {
    // The cast leaves the option out; the type of the options forbids an explicit undefined.
    const { outcome, prove, token } = await boundSetting(options as { dpop?: 'refused' });
    assert.equal(await outcome(withDpop(token, await prove(token))), '401 missing_token unsupported-scheme');
  }
});
