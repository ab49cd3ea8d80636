import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { negativeInputs, vectorsAbsent } from './negative-inputs.ts';
import { apiUrl, boundSetting, proofMaker, withDpop } from './proof-maker.ts';

type Setting = Awaited<ReturnType<typeof boundSetting>>;

/** What the attacker sends; the URL is `GET https://api.example/notes`. */
type Attack = (setting: Setting) => Promise<Request> | Request;

const proven =
  (claims: object, header: object = {}): Attack =>
  async ({ token, prove }) =>
    withDpop(token, await prove(token, claims, header));

const withRaw =
  (proofOf: (proof: string) => string): Attack =>
  async ({ token, prove }) =>
    withDpop(token, proofOf(await prove(token)));

const bearer = (token: string, headers: Record<string, string> = {}) =>
  new Request(`${apiUrl}/notes`, { headers: { ...headers, authorization: `Bearer ${token}` } });

function headerOf(proof: string, change: (header: Record<string, unknown>) => object): string {
  const [header = '', payload, signature] = proof.split('.');
  const changed = change(JSON.parse(Buffer.from(header, 'base64url').toString()));
  return `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${payload}.${signature}`;
}

const proof = '401 invalid_dpop_proof';

/** By the entries of the list of negative inputs (ARGUS_VECTORS, `oauth-negative`). */
const listed: Record<string, Record<string, [outcome: string, attack: Attack]>> = {
  'no proof': {
    'no proof': [`${proof} missing`, ({ token }) => withDpop(token, null)],
    'an empty proof': [`${proof} missing`, ({ token }) => withDpop(token, '')],
  },
  'two DPoP headers': {
    'two proofs': [
      `${proof} repeated`,
      async ({ token, prove }) => {
        const request = withDpop(token, await prove(token));
        request.headers.append('dpop', await prove(token));
        return request;
      },
    ],
  },
  'typ wrong': {
    'a proof of another type': [`${proof} wrong-type`, proven({}, { typ: 'JWT' })],
    'a proof without a type': [`${proof} wrong-type`, proven({}, { typ: undefined })],
    'the access token as its own proof': [`${proof} wrong-type`, ({ token }) => withDpop(token, token)],
  },
  'alg none or HS256': {
    'an unsigned proof': [
      `${proof} wrong-algorithm`,
      withRaw((made) => headerOf(made, (header) => ({ ...header, alg: 'none' }))),
    ],
    'an unsigned proof without a signature': [
      `${proof} malformed`,
      withRaw((made) => headerOf(made, (header) => ({ ...header, alg: 'none' })).replace(/[^.]+$/, '')),
    ],
    'a proof signed by a shared secret': [
      `${proof} wrong-algorithm`,
      async ({ token, prove }) =>
        withDpop(token, await prove(token, {}, { alg: 'HS256' }, Buffer.alloc(32, 1))),
    ],
  },
  'private key inside jwk': {
    'a proof that gives its private key away': [
      `${proof} secret-key`,
      async ({ token, prove, privateKey }) => {
        const jwk = privateKey.export({ format: 'jwk' });
        return withDpop(token, await prove(token, {}, { jwk }));
      },
    ],
  },
  'htm / htu mismatch': {
    'a proof for another method': [`${proof} wrong-method`, proven({ htm: 'POST' })],
    'a proof for the method in lower case': [`${proof} wrong-method`, proven({ htm: 'get' })],
    'a proof for another path': [`${proof} wrong-url`, proven({ htu: `${apiUrl}/notes/1` })],
    'a proof for another host': [`${proof} wrong-url`, proven({ htu: 'https://evil.example/notes' })],
    'a proof for another port': [`${proof} wrong-url`, proven({ htu: 'https://api.example:8443/notes' })],
    'a proof for plain http': [`${proof} wrong-url`, proven({ htu: 'http://api.example/notes' })],
    'a proof that hides the host as a name': [
      `${proof} wrong-url`,
      proven({ htu: 'https://api.example@evil.example/notes' }),
    ],
  },
  'iat older than window / in the future': {
    'a proof made a day ago': [`${proof} too-old`, async (at) => proven({ iat: secondsOf(at) - 86_400 })(at)],
    'a proof from tomorrow': [
      `${proof} from-the-future`,
      async (at) => proven({ iat: secondsOf(at) + 86_400 })(at),
    ],
  },
  'ath absent or wrong at resource': {
    'a proof for no token': [`${proof} wrong-token`, proven({ ath: undefined })],
    'a proof for another token': [
      `${proof} wrong-token`,
      async ({ token, prove, bound }) => withDpop(token, await prove(await bound())),
    ],
  },
  'proof key != cnf.jkt': {
    'a good proof by another key than the token is bound to': [
      '401 invalid_token wrong-key',
      async ({ token, clock }) => {
        const thief = await proofMaker(clock);
        return withDpop(token, await thief.prove(token));
      },
    ],
  },
  'bound token sent with Bearer scheme -> 401': {
    'a bound token sent as Bearer': ['401 invalid_token key-bound', ({ token }) => bearer(token)],
    'a bound token sent as Bearer beside its proof': [
      '401 invalid_token key-bound',
      async ({ token, prove }) => bearer(token, { dpop: await prove(token) }),
    ],
  },
  // With htu and query, what matters is that the rest of it is compared all the same.
  'htu with query is compared without it': {
    'a proof for another path whose query looks like ours': [
      `${proof} wrong-url`,
      proven({ htu: `${apiUrl}/other?/notes` }),
    ],
  },
};

const besides: Record<string, [outcome: string, attack: Attack]> = {
  'a text that is no proof': [`${proof} malformed`, ({ token }) => withDpop(token, 'proof')],
  'a proof without a key': [`${proof} bad-key`, proven({}, { jwk: undefined })],
  'a proof whose RSA key has 1,024 bits': [
    `${proof} bad-key`,
    async ({ token, prove }) => {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const made = await prove(token);
      const jwk = publicKey.export({ format: 'jwk' });
      return withDpop(
        token,
        headerOf(made, (header) => ({ ...header, alg: 'RS256', jwk })),
      );
    },
  ],
  'a proof that names a key to be fetched': [
    `${proof} bad-header`,
    proven({}, { jku: 'https://evil.example/keys' }),
  ],
  'a proof with somebody else in its header': [
    `${proof} bad-signature`,
    async ({ token, prove, clock }) => {
      const { jwk } = await proofMaker(clock);
      return withDpop(token, await prove(token, {}, { jwk }));
    },
  ],
  'a proof cut short': [`${proof} malformed`, withRaw((made) => made.slice(0, -1))],
  'a proof of a fractional moment': [
    `${proof} bad-claims`,
    async (at) => proven({ iat: secondsOf(at) + 0.5 })(at),
  ],
  'a proof of no moment': [`${proof} bad-claims`, proven({ iat: undefined })],
  'a proof without a name': [`${proof} bad-claims`, proven({ jti: undefined })],
  'a proof with an endless name': [`${proof} bad-claims`, proven({ jti: 'x'.repeat(300) })],
  'a bound token in the cookie, beside its proof': [
    '401 invalid_token key-bound',
    async ({ token, prove }) => {
      const headers = { cookie: `__Host-argus_access=${token}`, dpop: await prove(token) };
      return new Request(`${apiUrl}/notes`, { headers });
    },
  ],
  'an unbound token under the DPoP scheme': [
    '401 invalid_token not-key-bound',
    async ({ issuer, prove }) => {
      const token = await issuer.token();
      return withDpop(token, await prove(token));
    },
  ],
  'a bound token by both schemes at once': [
    '400 invalid_request repeated-credentials',
    async ({ token, prove }) => {
      const request = withDpop(token, await prove(token));
      request.headers.append('authorization', `Bearer ${token}`);
      return request;
    },
  ],
  'the scheme without a token': [
    '400 invalid_request malformed-credentials',
    async ({ token, prove }) =>
      new Request(`${apiUrl}/notes`, { headers: { authorization: 'DPoP', dpop: await prove(token) } }),
  ],
  'an expired token with a fresh proof': [
    '401 invalid_token expired',
    async ({ token, prove, clock }) => {
      clock.advance(400_000);
      return withDpop(token, await prove(token));
    },
  ],
};

function secondsOf({ clock }: Setting): number {
  return Math.floor(clock.now() / 1000);
}

for (const [name, [expected, attack]] of [
  ...Object.values(listed).flatMap((attacks) => Object.entries(attacks)),
  ...Object.entries(besides),
]) {
  test(`${name} is refused, also for a token known to be good, and uses up no proof`, async () => {
    const setting = await boundSetting();
    const { outcome, token, prove, bound, state } = setting;
    assert.equal(await outcome(await attack(setting)), expected);
    assert.equal(state().proofs, 0);
    const fresh = await bound();
    assert.equal(await outcome(withDpop(fresh, await prove(fresh))), 'ok');
    await outcome(withDpop(token, await prove(token)));
    assert.equal(await outcome(await attack(setting)), expected);
  });
}

/** What the list also names, and where it is tested. */
const elsewhere = {
  'jti reused within window': 'dpop-replay.test.ts',
  'nonce missing -> use_dpop_nonce + DPoP-Nonce': 'dpop-nonce.test.ts',
  'refresh token of a public client used with another key -> invalid_grant': 'at the token endpoint',
};

test('every listed negative input about proofs is one of these', { skip: vectorsAbsent }, () => {
  const tested = [...Object.keys(listed), ...Object.keys(elsewhere)];
  assert.deepEqual(tested.sort(), [...negativeInputs('dpop')].sort());
});
