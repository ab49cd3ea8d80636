import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cookieValues } from '../src/credentials.ts';
import { protect } from '../src/index.ts';
import { setting } from './fake-issuer.ts';

async function guarded(options: { cookies?: boolean } = {}) {
  const { clock, issuer } = await setting();
  const { checkParts } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock, ...options });
  const outcome = async (headers: Record<string, string>, url = '/notes') => {
    const verdict = await checkParts({ method: 'GET', url, header: (name) => headers[name] });
    return verdict.ok ? 'ok' : `${verdict.answer.status} ${verdict.refusal} ${verdict.reason}`;
  };
  return { outcome, token: await issuer.token() };
}

const cookieOf = (token: string) => `__Host-argus_access=${token}`;

test('a bearer token and a cookie together are refused even when they are the same', async () => {
  const { outcome, token } = await guarded();
  const both = { authorization: `Bearer ${token}`, cookie: cookieOf(token) };
  assert.equal(await outcome(both), '400 ambiguous_credentials bearer-and-cookie');
  assert.equal(
    await outcome({ ...both, authorization: `DPoP ${token}` }),
    '400 ambiguous_credentials bearer-and-cookie',
  );
});

test('an emptied cookie is no credential', async () => {
  const { outcome, token } = await guarded();
  assert.equal(await outcome({ cookie: cookieOf('') }), '401 missing_token no-credentials');
  assert.equal(await outcome({ authorization: `Bearer ${token}`, cookie: cookieOf('') }), 'ok');
});

test('two access cookies are refused, even when one of them is good', async () => {
  const { outcome, token } = await guarded();
  for (const cookie of [
    `${cookieOf(token)}; ${cookieOf('x')}`,
    `${cookieOf('')};a=b;${cookieOf(token)}`,
    `${cookieOf(token)}; ${cookieOf(token)}`,
  ]) {
    assert.equal(await outcome({ cookie }), '400 invalid_request repeated-credentials');
  }
});

test('two authorization lines are refused, whatever their order and schemes', async () => {
  const { outcome, token } = await guarded();
  for (const authorization of [
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${token},bearer x`,
    `Basic dTpw, Bearer ${token}`,
    `Basic dTpw,\tDPoP ${token}`,
  ]) {
    assert.equal(await outcome({ authorization }), '400 invalid_request repeated-credentials', authorization);
  }
});

test('a header that holds no token after Bearer is a malformed request', async () => {
  const { outcome, token } = await guarded();
  for (const authorization of ['Bearer', 'Bearer ', `Bearer ${token} x`, `Bearer "${token}"`, 'Bearer ü']) {
    assert.equal(
      await outcome({ authorization }),
      '400 invalid_request malformed-credentials',
      authorization,
    );
  }
});

test('the scheme is read in any case and with any number of spaces', async () => {
  const { outcome, token } = await guarded();
  for (const scheme of ['bearer', 'BEARER', 'Bearer  ']) {
    assert.equal(await outcome({ authorization: `${scheme} ${token}` }), 'ok', scheme);
  }
});

test('another scheme is no token of ours and does not hide the cookie', async () => {
  const { outcome, token } = await guarded();
  const authorization = 'Digest username="u", realm="r", uri="/"';
  assert.equal(await outcome({ authorization }), '401 missing_token no-credentials');
  assert.equal(await outcome({ authorization, cookie: cookieOf(token) }), 'ok');
  assert.equal(await outcome({ authorization: `DPoP ${token}` }), '401 missing_token unsupported-scheme');
});

test('a token in the URL is never taken', async () => {
  const { outcome, token } = await guarded();
  const url = `/notes?page=1&access_token=${token}`;
  assert.equal(await outcome({}, url), '401 missing_token token-in-query');
});

test('with cookies switched off a cookie is neither accepted nor in the way', async () => {
  const { outcome, token } = await guarded({ cookies: false });
  assert.equal(await outcome({ cookie: cookieOf(token) }), '401 missing_token no-credentials');
  assert.equal(await outcome({ authorization: `Bearer ${token}`, cookie: cookieOf(token) }), 'ok');
});

test('cookies whose names or values merely contain the name are other cookies', async () => {
  const { outcome, token } = await guarded();
  for (const cookie of [
    `x__Host-argus_access=${token}`,
    `__Host-argus_access2=${token}`,
    `__host-argus_access=${token}`,
    `a=__Host-argus_access=${token}`,
    `__Host-argus_access`,
  ]) {
    assert.equal(await outcome({ cookie }), '401 missing_token no-credentials', cookie);
  }
});

test('property: a cookie is found wherever it stands among others, and counted when repeated', () => {
  const text = fc.string({ maxLength: 12 }).map((value) => value.replace(/[;\s]/g, '_'));
  const other = fc.tuple(text, text).map(([name, value]) => `o${name.replace(/=/g, '_')}=${value}`);
  fc.assert(
    fc.property(
      fc.array(other),
      fc.array(other),
      fc.array(text, { maxLength: 3 }),
      (before, after, values) => {
        const pairs = [...before, ...values.map((value) => `wanted=${value}`), ...after];
        assert.deepEqual(cookieValues(pairs.join('; '), 'wanted'), values.slice(0, 2));
        assert.deepEqual(cookieValues(pairs.join(';'), 'wanted'), values.slice(0, 2));
      },
    ),
  );
});

test('property: junk in the headers is refused with a 4xx and never throws', async () => {
  const { outcome } = await guarded();
  const junk = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          'Bearer',
          'DPoP',
          'Basic',
          ' ',
          ',',
          ';',
          '=',
          '.',
          'a',
          '\t',
          '__Host-argus_access=',
        ),
      )
      .map((parts) => parts.join('')),
    fc.tuple(fc.string(), fc.string(), fc.string()).map((segments) => `Bearer ${segments.join('.')}`),
  );
  const headers = fc.record(
    { authorization: junk, cookie: junk, origin: junk, 'sec-fetch-site': junk, upgrade: junk },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(headers, junk, async (sent, url) => {
      assert.match(await outcome(sent, url), /^4\d\d /);
    }),
    { numRuns: 1_000 },
  );
});
