import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import {
  ask,
  assertionOf,
  type Bank,
  type Banks,
  call,
  openBanks,
  proverOf,
  push,
  type Redeeming,
  redeem,
  refresh,
  type SignedIn,
  signIn,
} from './conformance-fapi-stage.ts';
import { refusalOf } from './conformance-stage.ts';
import { claimsIn } from './oauth-holders.ts';

type Claims = Record<string, unknown>;

let banks: Banks;
let bank: Bank;

before(async () => {
  banks = await openBanks();
  bank = banks.first;
});
after(() => banks[Symbol.asyncDispose]());

/** What the token endpoint says to a code that is presented like this. */
async function refused(redeeming: Redeeming): Promise<readonly [number, string]> {
  const answered = await ask(bank);
  return refusalOf(await redeem(answered, { dpop: await proverOf(bank), ...redeeming }));
}

describe('FAPI 2.0 Security Profile: who may redeem a code', () => {
  test('ensure-client-id-in-token-endpoint: nobody by another’s name', async () => {
    const imposter = { ...banks.second, keys: bank.keys };
    assert.deepEqual(await refused({ bank: imposter }), [401, 'invalid_client']);
  });

  test('ensure-authorization-code-is-bound-to-client: nobody but its client', async () => {
    assert.deepEqual(await refused({ bank: banks.second }), [400, 'invalid_grant']);
  });

  test('ensure-client-assertion-in-token-endpoint: nobody who only says a name', async () => {
    assert.deepEqual(await refused({ by: oauth.None() }), [401, 'invalid_client']);
  });

  const expired = (_header: object, claims: Claims) => {
    claims.exp = Number(claims.iat) - 300;
  };
  const wrong = {
    'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails': expired,
    'ensure-client-assertion-with-wrong-aud-fails': (_header: object, claims: Claims) => {
      claims.aud = 'https://other.example';
    },
    'ensure-client-assertion-with-no-sub-fails': (_header: object, claims: Claims) => {
      delete claims.sub;
    },
  };
  for (const [module, change] of Object.entries(wrong))
    test(`${module}: invalid_client`, async () => {
      assert.deepEqual(await refused({ by: assertionOf(bank, change) }), [401, 'invalid_client']);
    });

  test('ensure-signed-client-assertion-with-RS256-fails: the very key, the wrong algorithm', async () => {
    const weak = await asRs256(bank.keys);
    assert.deepEqual(await refused({ bank: { ...bank, keys: weak } }), [401, 'invalid_client']);
  });

  test('ensure-pkce-code-verifier-required, incorrect-pkce-code-verifier-rejected', async () => {
    assert.deepEqual(await refused({ verifier: oauth.nopkce }), [400, 'invalid_grant']);
    const verifier = oauth.generateRandomCodeVerifier();
    assert.deepEqual(await refused({ verifier }), [400, 'invalid_grant']);
  });

  test('ensure-token-endpoint-fails-with-expired-auth-code: nobody after a minute', async () => {
    const answered = await ask(bank);
    bank.certified.advance(62);
    const response = await redeem(answered, { dpop: await proverOf(bank) });
    assert.deepEqual(await refusalOf(response), [400, 'invalid_grant']);
  });

  test('attempt-reuse-authorization-code-after-one-second: nobody twice, and what it brought ends', async () => {
    const { answered, ...signedIn } = await signIn(bank);
    bank.certified.advance(1);
    const dpop = await proverOf(bank);
    assert.deepEqual(await refusalOf(await redeem(answered, { dpop })), [400, 'invalid_grant']);
    await assert.rejects(call(signedIn, signedIn.dpop), oauth.WWWAuthenticateChallengeError);
  });
});

describe('FAPI 2.0 Security Profile: which key a code and its tokens are bound to', () => {
  test('ensure-holder-of-key-required: there must be one', async () => {
    const answered = await ask(bank);
    const response = await redeem(answered, {});
    assert.deepEqual(await refusalOf(response), [400, 'invalid_dpop_proof']);
  });

  test('ensure-dpopproof-at-par-endpoint-binding-success: that of the push', async () => {
    const dpop = await proverOf(bank);
    const signedIn = await signIn(bank, { dpop });
    const jkt = await dpop.calculateThumbprint();
    assert.deepEqual(claimsIn(signedIn.tokens.access_token).cnf, { jkt });
    assert.equal((await call(signedIn, dpop)).status, 200);
  });

  test('ensure-dpop-auth-code-binding-success: or the one that was named, or both', async () => {
    const dpop = await proverOf(bank);
    const parameters = { dpop_jkt: await dpop.calculateThumbprint() };
    assert.ok((await signIn(bank, { parameters, dpop })).tokens.access_token);
    assert.ok((await signIn(bank, { parameters }, { dpop })).tokens.access_token);
  });

  test('ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt: no other than that of the push', async () => {
    const answered = await ask(bank, { dpop: await proverOf(bank) });
    const response = await redeem(answered, { dpop: await proverOf(bank) });
    assert.deepEqual(await refusalOf(response), [400, 'invalid_grant']);
  });

  test('ensure-token-endpoint-fails-with-mismatched-dpop-jkt: no other than the one that was named', async () => {
    const dpop_jkt = await (await proverOf(bank)).calculateThumbprint();
    const answered = await ask(bank, { parameters: { dpop_jkt } });
    const response = await redeem(answered, { dpop: await proverOf(bank) });
    assert.deepEqual(await refusalOf(response), [400, 'invalid_grant']);
  });

  const shifted = (seconds: number) => (_header: object, claims: Claims) => {
    claims.iat = Number(claims.iat) + seconds;
  };
  const timely = {
    'ensure-dpopproof-with-iat-10seconds-before-succeeds': shifted(-10),
    // The suite, too, sends eight seconds where it says ten, as clocks are read twice.
    'ensure-dpopproof-with-iat-10seconds-after-succeeds': shifted(8),
    'check-dpop-proof-nbf-exp': (_header: object, claims: Claims) => {
      Object.assign(claims, { nbf: claims.iat, exp: Number(claims.iat) + 300 });
    },
  };
  for (const [module, change] of Object.entries(timely))
    test(`${module}: at every endpoint`, async () => {
      const dpop = await proverOf(bank, { change });
      const signedIn = await signIn(bank, { dpop });
      assert.equal((await call(signedIn, dpop)).status, 200);
    });

  test('FAPI 2.0 §5.4.1: no proof by RS256, at any endpoint', async () => {
    const keys = await oauth.generateKeyPair('PS256', { extractable: true });
    const strong = await signIn(bank, {}, { dpop: await proverOf(bank, { keys }) });
    const weak = await proverOf(bank, { keys: await asRs256(keys) });
    assert.equal(await weak.calculateThumbprint(), await strong.dpop.calculateThumbprint());
    assert.deepEqual(await refusalOf((await push(bank, { dpop: weak })).response), [
      400,
      'invalid_dpop_proof',
    ]);
    assert.deepEqual(await refused({ dpop: weak }), [400, 'invalid_dpop_proof']);
    await assert.rejects(call(strong, weak), oauth.WWWAuthenticateChallengeError);
    assert.equal((await call(strong, strong.dpop)).status, 200);
  });

  test('access-token-type-header-case-sensitivity: `dpop`, `DPoP` and `dPOp` are one scheme', async () => {
    const { tokens, dpop } = await signIn(bank);
    for (const scheme of ['dpop', 'dPOp']) {
      const headers = new Headers();
      const url = new URL(bank.certified.as.userinfo_endpoint ?? '');
      // The library makes the proof; the scheme is rewritten on the way out.
      const response = await oauth
        .protectedResourceRequest(tokens.access_token, 'GET', url, headers, undefined, {
          DPoP: dpop,
          [oauth.allowInsecureRequests]: true,
          [oauth.customFetch]: (to, { headers: sent, method }) =>
            fetch(to, { method, headers: { ...sent, authorization: `${scheme} ${tokens.access_token}` } }),
        })
        .catch((error: unknown) => {
          assert.ok(oauth.isDPoPNonceError(error));
          return null;
        });
      if (response) assert.equal(response.status, 200);
    }
  });
});

describe('FAPI 2.0 Security Profile: refresh-token', () => {
  const parameters = { scope: 'openid offline_access', prompt: 'consent' };
  let held: SignedIn;

  before(async () => {
    held = await signIn(bank, { parameters });
  });

  test('another key each time is fine: the client’s authentication is what binds it (RFC 9449 §5)', async () => {
    bank.certified.advance(1);
    const { as } = bank.certified;
    const dpop = await proverOf(bank);
    const response = await refresh(held, { dpop });
    const renewed = await oauth.processRefreshTokenResponse(as, bank.client, response);
    assert.equal(renewed.token_type, 'dpop');
    assert.equal(nameOf(renewed), nameOf(held.tokens), 'no routine rotation (§5.3.2.1)');
    assert.deepEqual(claimsIn(renewed.access_token).cnf, { jkt: await dpop.calculateThumbprint() });
    const { iat, sub, auth_time } = claimsIn(renewed.id_token ?? '');
    assert.deepEqual([sub, auth_time], [held.claims.sub, held.claims.auth_time]);
    assert.ok(iat > held.claims.iat);
    const now = { ...held, tokens: renewed };
    assert.equal((await call(now, dpop)).status, 200);
    await assert.rejects(call(now, held.dpop), oauth.WWWAuthenticateChallengeError);
    assert.equal((await call(held, held.dpop)).status, 200, 'the token of before stays with its key');
  });

  test('the one of before serves on, as the answer to a refresh may have been lost', async () => {
    for (const pause of [0, 30]) {
      bank.certified.advance(pause);
      assert.equal((await refresh(held, { dpop: await proverOf(bank) })).status, 200);
    }
  });

  test('but a key there must be, and the client must prove itself', async () => {
    assert.deepEqual(await refusalOf(await refresh(held, {})), [400, 'invalid_dpop_proof']);
    const { dpop } = held;
    const nameless: oauth.ClientAuth = () => undefined;
    for (const by of [oauth.None(), nameless])
      assert.deepEqual(await refusalOf(await refresh(held, { dpop, by })), [401, 'invalid_client']);
  });

  test('and it is of no use to another client, nor its access token to another’s key', async () => {
    const other = await signIn(banks.second, { parameters });
    const stolen = await refresh({ ...other, bank }, { dpop: await proverOf(bank) });
    assert.deepEqual(await refusalOf(stolen), [400, 'invalid_grant']);
    await assert.rejects(call(other, held.dpop), oauth.WWWAuthenticateChallengeError);
    assert.equal((await refresh(other, { dpop: other.dpop })).status, 200);
  });
});

/** A refresh token that only lives longer than before has the name of before. */
function nameOf({ refresh_token = '' }: oauth.TokenEndpointResponse): string {
  return claimsIn(refresh_token).jti;
}

/** The same RSA key, for the algorithm that FAPI 2.0 forbids. */
async function asRs256({ privateKey, publicKey }: oauth.CryptoKeyPair): Promise<oauth.CryptoKeyPair> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const imported = async (key: oauth.CryptoKey, usage: 'sign' | 'verify') => {
    const { alg: _strong, key_ops: _its, ...jwk } = await crypto.subtle.exportKey('jwk', key);
    return crypto.subtle.importKey('jwk', jwk, algorithm, true, [usage]);
  };
  return {
    privateKey: await imported(privateKey, 'sign'),
    publicKey: await imported(publicKey, 'verify'),
  };
}
