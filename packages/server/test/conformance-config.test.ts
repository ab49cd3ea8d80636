import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { oauthErrors } from '@argus/contract';
import { metadata } from '../src/oauth/metadata.ts';
import { type Certified, openCertified } from './conformance-stage.ts';

type Document = Readonly<Record<string, unknown>>;

let certified: Certified;
let document: Document;

before(async () => {
  certified = await openCertified();
  document = await documentAt('/.well-known/openid-configuration');
});
after(() => certified[Symbol.asyncDispose]());

async function documentAt(path: string): Promise<Document> {
  const response = await fetch(`${certified.as.issuer}${path}`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json(;|$)/);
  return response.json();
}

/** What a member lists; a fault when it is no list of different texts. */
function listIn(name: string, from = document): readonly string[] {
  const value = from[name];
  assert.ok(Array.isArray(value), name);
  assert.ok(
    value.every((each) => typeof each === 'string'),
    name,
  );
  assert.equal(new Set(value).size, value.length, name);
  return value;
}

function assertHas(name: string, ...wanted: readonly string[]): void {
  const missing = wanted.filter((each) => !listIn(name).includes(each));
  assert.deepEqual(missing, [], name);
}

/** What is wrong with a document whatever the plan (OIDC Discovery §3 and §4.2, RFC 8414 §2 and §3.2). */
function mistakesIn(from: Document, issuer: string): readonly string[] {
  const addresses = Object.entries(from).filter(([name]) => /(_endpoint|_uri)$/.test(name));
  const required = [
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
  ];
  const proofs = Object.keys(from).filter((name) => name.endsWith('_auth_methods_supported'));
  return [
    ...required.filter((name) => from[name] === undefined).map((name) => `${name} is missing`),
    ...(from.issuer === issuer && !/[?#]|\/$/.test(issuer) ? [] : ['issuer is not exact']),
    ...Object.entries(from)
      .filter(isVoid)
      .map(([name]) => `${name} is null or empty`),
    ...addresses
      .filter(([, value]) => !isAddressAt(value, issuer))
      .map(([name]) => `${name} leads elsewhere`),
    ...proofs.filter((name) => !isProofExplained(from, name)).map((name) => `${name} says no algorithm`),
  ];
}

/** OIDC Discovery §4.2: what has no elements is left out. */
function isVoid([, value]: readonly [string, unknown]): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function isAddressAt(value: unknown, issuer: string): boolean {
  if (typeof value !== 'string' || !value.startsWith(`${issuer}/`)) return false;
  const { protocol, hostname, hash, search } = new URL(value);
  const isSafe = protocol === 'https:' || hostname === 'localhost';
  return isSafe && hash === '' && search === '';
}

/** RFC 8414 §2: whoever takes assertions says which algorithms may sign them, and `none` is never one. */
function isProofExplained(from: Document, methods: string): boolean {
  if (!listIn(methods, from).includes('private_key_jwt')) return true;
  const algorithms = methods.replace('_methods_', '_signing_alg_values_');
  return from[algorithms] !== undefined && !listIn(algorithms, from).includes('none');
}

describe('Config OP', () => {
  test('oidcc-discovery-endpoint-verification: the document has all that it must and nothing void', () => {
    assert.deepEqual(mistakesIn(document, certified.as.issuer), []);
    assert.deepEqual(listIn('response_types_supported'), ['code']);
    assertHas('grant_types_supported', 'authorization_code');
    assertHas('subject_types_supported', 'public');
    assertHas('id_token_signing_alg_values_supported', 'RS256');
    assertHas('scopes_supported', 'openid');
    assertHas('claims_supported', 'sub', 'iss', 'auth_time', 'acr');
    for (const scope of listIn('scopes_supported')) assert.match(scope, /^[\x21\x23-\x5B\x5D-\x7E]+$/);
    assert.deepEqual(
      Intl.getCanonicalLocales([...listIn('ui_locales_supported')]),
      document.ui_locales_supported,
    );
    assert.deepEqual(listIn('code_challenge_methods_supported'), ['S256']);
    assert.equal(document.authorization_response_iss_parameter_supported, true);
  });

  test('oidcc-discovery-endpoint-verification: what is on or off is said by true and false', () => {
    const switches = Object.entries(document).filter(
      ([name]) => /_(supported|required|requests)$/.test(name) && !Array.isArray(document[name]),
    );
    assert.ok(switches.length > 5);
    for (const [name, value] of switches) assert.equal(typeof value, 'boolean', name);
  });

  test('oidcc-discovery-endpoint-verification: RFC 8414 tells the same', async () => {
    assert.deepEqual(await documentAt('/.well-known/oauth-authorization-server'), document);
  });

  test('oidcc-discovery-endpoint-verification: behind https every address is https; who may register is told where', () => {
    const issuer = 'https://argus.example';
    for (const registration of ['off', 'open'] as const) {
      const said = metadata({ issuer, registration }) as Document; // an object of members
      assert.deepEqual(mistakesIn(said, issuer), []);
      assert.equal('registration_endpoint' in said, registration === 'open');
      assert.ok(!JSON.stringify(said).includes('http:'));
    }
  });

  test('oidcc-discovery-endpoint-verification: at every address that it names something answers', async () => {
    for (const [name, value] of Object.entries(document).filter(([name]) => /_(endpoint|uri)$/.test(name))) {
      const answers = await Promise.all(
        ['GET', 'POST'].map((method) => fetch(String(value), { method, redirect: 'manual' })),
      );
      assert.ok(
        answers.some(({ status }) => status !== 404 && status !== 405 && status < 500),
        name,
      );
    }
  });

  test('oidcc-discovery-endpoint-verification: its keys are public, strong, named and for signatures', async () => {
    const { keys } = (await documentAt('/.well-known/jwks.json')) as { keys: Record<string, string>[] }; // RFC 7517 §5
    const algorithms = listIn('id_token_signing_alg_values_supported');
    assert.deepEqual(new Set(keys.map(({ alg }) => alg)), new Set(algorithms));
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
    const allowed = ['alg', 'crv', 'e', 'kid', 'kty', 'n', 'use', 'x', 'y'];
    for (const key of keys) {
      assert.deepEqual(
        Object.keys(key).filter((member) => !allowed.includes(member)),
        [],
        'no private member (RFC 7518 §6.3.2)',
      );
      assert.equal(key.use, 'sig');
      for (const member of ['n', 'e', 'x', 'y']) assert.match(key[member] ?? 'A', /^[\w-]+$/);
      const { asymmetricKeyDetails: details } = createPublicKey({ key, format: 'jwk' });
      if (key.kty === 'RSA') assert.ok((details?.modulusLength ?? 0) >= 2048);
      if (key.kty === 'EC') assert.equal(details?.namedCurve, 'prime256v1');
    }
  });
});

describe('what the other plans want to find', () => {
  test('oidcc-rp-initiated-logout-discovery-endpoint-verification', () => {
    assert.equal(document.end_session_endpoint, `${certified.as.issuer}/oauth/end_session`);
  });

  test('oidcc-backchannel-logout-discovery-endpoint-verification', () => {
    assert.deepEqual(
      [document.backchannel_logout_supported, document.backchannel_logout_session_supported],
      [true, true],
    );
    assertHas('claims_supported', 'sid');
  });

  test('oidcc-formpost: the mode is told', () => assertHas('response_modes_supported', 'query', 'form_post'));

  test('fapi2-security-profile-final-discovery-end-point-verification', () => {
    const strong = ['PS256', 'ES256', 'EdDSA'];
    assertHas('dpop_signing_alg_values_supported', ...strong);
    assertHas('id_token_signing_alg_values_supported', ...strong);
    assertHas('token_endpoint_auth_methods_supported', 'private_key_jwt');
    assertHas('token_endpoint_auth_signing_alg_values_supported', ...strong);
    assertHas('grant_types_supported', 'refresh_token');
    assert.equal(typeof document.pushed_authorization_request_endpoint, 'string');
  });
});

test('no error describes itself in characters that an answer cannot have (RFC 6749 §4.1.2.1, §5.2)', () => {
  for (const { sentence } of Object.values(oauthErrors))
    assert.match(sentence, /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
});

/** Modules of these plans that the suite itself skips for such a provider, by what the document says. */
const notApplicable = {
  'oidcc-idtoken-unsigned': () => !listIn('id_token_signing_alg_values_supported').includes('none'),
  'oidcc-scope-address': () => !listIn('scopes_supported').includes('address'),
  'oidcc-scope-phone': () => !listIn('scopes_supported').includes('phone'),
  'oidcc-scope-all (with address and phone)': () => !listIn('scopes_supported').includes('phone'),
  'oidcc-frontchannel-rp-initiated-logout': () => document.frontchannel_logout_supported === false,
  'oidcc-dynamic-certification-test-plan': () => document.registration_endpoint === undefined,
  'fapi2-security-profile-final-test-claims-parameter-identity-claims': () =>
    document.claims_parameter_supported === false,
  'fapi2 with mtls': () => document.mtls_endpoint_aliases === undefined,
  'fapi2 with jarm': () => !listIn('response_modes_supported').some((mode) => mode.includes('jwt')),
  'fapi2 with signed request objects': () => document.request_parameter_supported === false,
  'fapi2 with grant management': () => document.grant_management_actions_supported === undefined,
};

for (const [module, isSaid] of Object.entries(notApplicable))
  test(`${module}: does not apply, and the document says so`, () => assert.ok(isSaid()));
