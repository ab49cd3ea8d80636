import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import { type Asking, type AuthorizationRead, readAuthorizationRequest } from '@argus/core';
import {
  type ClientChanges,
  callback,
  challenge,
  clientWith,
  filesApi,
  notesApi,
  parametersOf,
  resourceWith,
  thumbprint,
} from './oauth-facts.ts';

type Sent = Readonly<Record<string, string | readonly string[] | undefined>>;

const good: Sent = {
  client_id: 'notes',
  redirect_uri: callback,
  response_type: 'code',
  scope: 'openid profile',
  state: 'af0ifjsldkj',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};
const resources = [
  resourceWith(notesApi, ['notes.read', 'notes.write']),
  resourceWith(filesApi, ['files.read']),
];

interface Case {
  readonly sent?: Sent;
  readonly client?: ClientChanges;
  readonly asking?: Partial<Asking>;
}

function read({ sent = {}, client = {}, asking = {} }: Case): AuthorizationRead {
  const parameters = parametersOf({ ...good, ...sent });
  return readAuthorizationRequest(parameters, {
    client: clientWith(client),
    resources,
    isPushed: false,
    ...asking,
  });
}

/** `request`, `page <refusal>` or the error that is sent back. */
function outcomeOf(found: AuthorizationRead): string {
  if (found.kind === 'page') return `page ${found.refusal}`;
  return found.kind === 'redirect' ? found.error : 'request';
}

function requestOf(asked: Case) {
  const found = read(asked);
  assert.ok(found.kind === 'request', outcomeOf(found));
  return found.request;
}

type Row = readonly [what: string, asked: Case, is: string];

function hold(rows: readonly Row[]): void {
  for (const [what, asked, is] of rows) {
    test(`${what} → ${is}`, () => assert.equal(outcomeOf(read(asked)), is));
  }
}

describe('nobody is sent anywhere', () => {
  const evil = 'https://evil.example/cb';
  hold([
    ['by an unknown client', { asking: { client: null } }, 'page client_unknown'],
    ['by a disabled client', { client: { status: 'disabled' } }, 'page client_unknown'],
    [
      'for another client than the one that was found',
      { sent: { client_id: 'other' } },
      'page client_unknown',
    ],
    ['by two clients at once', { sent: { client_id: ['notes', 'other'] } }, 'page invalid_request'],
    ['without a redirect URI', { sent: { redirect_uri: undefined } }, 'page invalid_request'],
    ['with an empty redirect URI', { sent: { redirect_uri: '' } }, 'page invalid_request'],
    ['to two places at once', { sent: { redirect_uri: [callback, evil] } }, 'page invalid_request'],
    ['to a place that is not registered', { sent: { redirect_uri: evil } }, 'page redirect_mismatch'],
    [
      'to such a place, whatever else is wrong',
      { sent: { redirect_uri: evil, response_type: 'token', prompt: 'none', scope: 'nonsense' } },
      'page redirect_mismatch',
    ],
  ]);
});

describe('an authorization request with', () => {
  hold([
    ['nothing wrong', {}, 'request'],
    ['a repeated parameter', { sent: { scope: ['openid', 'openid'] } }, 'invalid_request'],
    ['a repeated parameter that nobody knows', { sent: { flavour: ['a', 'b'] } }, 'invalid_request'],
    ['a repeated state', { sent: { state: ['a', 'b'] } }, 'invalid_request'],
    ['no response type', { sent: { response_type: undefined } }, 'invalid_request'],
    ['response_type=token', { sent: { response_type: 'token' } }, 'unsupported_response_type'],
    ['a hybrid response type', { sent: { response_type: 'code id_token' } }, 'unsupported_response_type'],
    ['a response type in capitals', { sent: { response_type: 'CODE' } }, 'unsupported_response_type'],
    ['an unknown response mode', { sent: { response_mode: 'fragment' } }, 'invalid_request'],
    [
      'a response mode that the client does not take',
      { sent: { response_mode: 'form_post' }, client: { settings: { responseModes: ['query'] } } },
      'invalid_request',
    ],
    [
      'a client without the code grant',
      { client: { settings: { grantTypes: ['client_credentials'] } } },
      'unauthorized_client',
    ],
    ['a request object', { sent: { request: 'eyJhbGciOiJub25lIn0.e30.' } }, 'request_not_supported'],
    [
      'a request_uri to the inside of a network',
      { sent: { request_uri: 'http://169.254.169.254/latest/meta-data' } },
      'request_uri_not_supported',
    ],
    [
      'a request_uri in a pushed request',
      { sent: { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, asking: { isPushed: true } },
      'invalid_request',
    ],
    ['a registration', { sent: { registration: '{}' } }, 'registration_not_supported'],
    ['prompt=none and another', { sent: { prompt: 'none login' } }, 'invalid_request'],
    ['an unknown prompt', { sent: { prompt: 'create' } }, 'invalid_request'],
    ['prompt=none alone', { sent: { prompt: 'none' } }, 'request'],
    ['a negative max_age', { sent: { max_age: '-1' } }, 'invalid_request'],
    ['a broken max_age', { sent: { max_age: '1.5' } }, 'invalid_request'],
    ['a max_age in words', { sent: { max_age: 'Infinity' } }, 'invalid_request'],
    ['a state of 2001 characters', { sent: { state: 'a'.repeat(2001) } }, 'invalid_request'],
    ['a state with a line break', { sent: { state: 'a\r\nb' } }, 'invalid_request'],
    ['a nonce of 501 characters', { sent: { nonce: 'a'.repeat(501) } }, 'invalid_request'],
    ['a nonce with a zero character', { sent: { nonce: 'a\u0000' } }, 'invalid_request'],
    ['a login_hint of 255 characters', { sent: { login_hint: 'a'.repeat(255) } }, 'invalid_request'],
    [
      'the longest of all of them',
      {
        sent: { state: 'a'.repeat(2000), nonce: 'a'.repeat(500), login_hint: 'a'.repeat(254) },
      },
      'request',
    ],
    ['a dpop_jkt that is no thumbprint', { sent: { dpop_jkt: 'short' } }, 'invalid_request'],
    ['claims', { sent: { claims: '{"id_token":{"email":{"essential":true}}}' } }, 'request'],
  ]);
});

describe('PKCE:', () => {
  const exempt: ClientChanges = { settings: { requiresPkce: false } };
  const without = { code_challenge: undefined, code_challenge_method: undefined };
  hold([
    ['no challenge', { sent: without }, 'invalid_request'],
    ['a challenge without a method', { sent: { code_challenge_method: undefined } }, 'invalid_request'],
    ['the method plain', { sent: { code_challenge_method: 'plain' } }, 'invalid_request'],
    ['the method s256', { sent: { code_challenge_method: 's256' } }, 'invalid_request'],
    ['a method without a challenge', { sent: { code_challenge: undefined } }, 'invalid_request'],
    ['a challenge of 42 characters', { sent: { code_challenge: challenge.slice(1) } }, 'invalid_request'],
    ['a challenge of 129 characters', { sent: { code_challenge: 'a'.repeat(129) } }, 'invalid_request'],
    ['a challenge with padding', { sent: { code_challenge: `${challenge.slice(1)}=` } }, 'invalid_request'],
    ['an exempt client with a nonce', { sent: { ...without, nonce: 'n' }, client: exempt }, 'request'],
    ['an exempt client without a nonce', { sent: without, client: exempt }, 'request'],
    [
      'an exempt client that does not speak OpenID Connect',
      { sent: { ...without, nonce: 'n', scope: 'profile' }, client: exempt },
      'invalid_request',
    ],
    [
      'a public client that is called exempt',
      { sent: { ...without, nonce: 'n' }, client: { settings: { type: 'public', requiresPkce: false } } },
      'invalid_request',
    ],
    [
      'an exempt client with plain all the same',
      { sent: { nonce: 'n', code_challenge_method: 'plain' }, client: exempt },
      'invalid_request',
    ],
  ]);
});

describe('a client that must push its requests', () => {
  const pushes: ClientChanges = { settings: { requiresPar: true } };
  const fapi: ClientChanges = { settings: { profile: 'fapi2', requiresPkce: false } };
  const isPushed = { isPushed: true };
  const without = { code_challenge: undefined, code_challenge_method: undefined, nonce: 'n' };
  hold([
    ['and does not', { client: pushes }, 'invalid_request'],
    ['and does', { client: pushes, asking: isPushed }, 'request'],
    ['for FAPI 2.0 and does not', { client: fapi }, 'invalid_request'],
    ['for FAPI 2.0 and does', { client: fapi, asking: isPushed }, 'request'],
    [
      'for FAPI 2.0 has no way around PKCE',
      { client: fapi, asking: isPushed, sent: without },
      'invalid_request',
    ],
  ]);
});

describe('the scope', () => {
  const own: ClientChanges = { settings: { scopes: ['openid', 'profile', 'notes.read'] } };
  hold([
    ['is needed', { sent: { scope: undefined } }, 'invalid_scope'],
    [
      'of an API that the client may not have',
      { sent: { scope: 'openid notes.write' }, client: own },
      'invalid_scope',
    ],
    [
      'of OpenID that the client may not have',
      { sent: { scope: 'openid email' }, client: own },
      'invalid_scope',
    ],
    ['that nobody declares and nothing else', { sent: { scope: 'telepathy' } }, 'invalid_scope'],
    ['with a quote in it', { sent: { scope: 'openid "profile"' } }, 'invalid_scope'],
    ['with a tab in it', { sent: { scope: 'openid\tprofile' } }, 'invalid_scope'],
    [
      'of too many words',
      {
        sent: { scope: `openid ${Array.from({ length: 100 }, (_, i) => `s${i}`).join(' ')}` },
      },
      'invalid_scope',
    ],
  ]);

  test('is what the client may have of it; what nobody declares is left out, and nothing stands twice', () => {
    const { scope } = requestOf({ sent: { scope: 'openid  telepathy notes.read openid' }, client: own });
    assert.deepEqual(scope, ['openid', 'notes.read']);
  });
});

describe('the resource', () => {
  const both: ClientChanges = { settings: { resources: [notesApi, filesApi] } };
  const one: ClientChanges = { settings: { resources: [notesApi] } };
  hold([
    ['with a fragment', { sent: { resource: `${notesApi}#x` }, client: one }, 'invalid_target'],
    ['that is no URI', { sent: { resource: 'notes' }, client: one }, 'invalid_target'],
    ['of another client', { sent: { resource: filesApi }, client: one }, 'invalid_target'],
    [
      'that is not allowed, beside one that is',
      { sent: { resource: [notesApi, filesApi] }, client: one },
      'invalid_target',
    ],
    [
      'that is not declared',
      { sent: { resource: notesApi }, client: one, asking: { resources: [] } },
      'invalid_target',
    ],
    ['that is gone, though nothing is named', { client: one, asking: { resources: [] } }, 'invalid_target'],
    [
      'of another tenant',
      {
        sent: { resource: notesApi },
        client: one,
        asking: { resources: [{ ...resourceWith(notesApi, []), tenant: 'other' as TenantId }] }, // a brand over text
      },
      'invalid_target',
    ],
  ]);

  test('may be repeated', () => {
    const sent = { resource: [filesApi, notesApi] };
    assert.deepEqual([...requestOf({ sent, client: both }).resources].sort(), [filesApi, notesApi]);
  });

  test('when none is named is all that the client has', () => {
    assert.deepEqual(requestOf({ client: one }).resources, [notesApi]);
    assert.deepEqual(requestOf({ client: both }).resources, [notesApi, filesApi]);
    assert.deepEqual(requestOf({}).resources, []);
  });
});

test('everything that was asked for is in the request', () => {
  const sent = {
    nonce: 'n-0S6_WzA2Mj',
    prompt: 'consent login',
    max_age: '0',
    acr_values: 'urn:other:gold urn:argus:aal2 urn:argus:aal1',
    login_hint: 'ada@example.org',
    ui_locales: 'de-CH de x<y en',
    dpop_jkt: thumbprint,
    id_token_hint: 'a.b.c',
    response_mode: 'form_post',
  };
  assert.deepEqual(requestOf({ sent }), {
    clientId: 'notes',
    redirectUri: callback,
    responseMode: 'form_post',
    state: 'af0ifjsldkj',
    scope: ['openid', 'profile'],
    nonce: 'n-0S6_WzA2Mj',
    codeChallenge: challenge,
    resources: [],
    prompt: ['login', 'consent'],
    maxAgeSeconds: 0,
    acrValues: ['urn:argus:aal2', 'urn:argus:aal1'],
    loginHint: 'ada@example.org',
    uiLocales: ['de-CH', 'de', 'en'],
    dpopJkt: thumbprint,
    idTokenHint: 'a.b.c',
  });
});

describe('an error goes back', () => {
  const returned = (asked: Case) => {
    const found = read(asked);
    assert.ok(found.kind === 'redirect', outcomeOf(found));
    const { redirectUri, state, responseMode } = found;
    return { redirectUri, state, responseMode };
  };
  const wrong = { response_type: 'token' };

  test('to the place that was sent, with the state and in the mode that was asked for', () => {
    assert.deepEqual(returned({ sent: { ...wrong, response_mode: 'form_post' } }), {
      redirectUri: callback,
      state: 'af0ifjsldkj',
      responseMode: 'form_post',
    });
  });

  test('by query when no mode, or none that exists, was asked for', () => {
    assert.equal(returned({ sent: wrong }).responseMode, 'query');
    assert.equal(returned({ sent: { response_mode: 'fragment' } }).responseMode, 'query');
  });

  test('by form post to a client that takes nothing else', () => {
    const client: ClientChanges = { settings: { responseModes: ['form_post'] } };
    assert.equal(returned({ sent: wrong, client }).responseMode, 'form_post');
  });

  test('without a state that cannot be told or kept', () => {
    assert.equal(returned({ sent: { state: ['a', 'b'] } }).state, null);
    assert.equal(returned({ sent: { state: 'a'.repeat(2001) } }).state, null);
    assert.equal(returned({ sent: { ...wrong, state: undefined } }).state, null);
  });
});
