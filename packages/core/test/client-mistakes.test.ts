import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientSettingsInput } from '@argus/contract';
import { clientIdMistake, clientMistakes, redirectUriMistake, resourceMistakes } from '@argus/core';
import { clientWith } from './oauth-facts.ts';

type Settings = Partial<ClientSettingsInput>;

const secret = { hasSecret: true };
const none = { hasSecret: false };
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const keys = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] };
const byKey: Settings = { authMethod: 'private_key_jwt', jwks: keys };
const fapi: Settings = {
  ...byKey,
  profile: 'fapi2',
  accessTokenAlgorithm: 'PS256',
  idTokenAlgorithm: 'ES256',
};

/** Where Argus goes is the server's to say; here it is wherever nobody listens on the way. */
const mistakeInCall = ({ protocol }: URL) => (protocol === 'https:' ? null : 'is not called');

function pathsOf(settings: Settings, { hasSecret }: { hasSecret: boolean }): string[] {
  return clientMistakes(clientWith({ settings }).settings, { hasSecret, mistakeInCall }).map(
    ({ path }) => path,
  );
}

type Row = readonly [
  what: string,
  settings: Settings,
  held: { hasSecret: boolean },
  paths: readonly string[],
];

function hold(rows: readonly Row[]): void {
  for (const [what, settings, held, paths] of rows) {
    test(what, () => assert.deepEqual(pathsOf(settings, held), paths));
  }
}

describe('nothing speaks against', () => {
  hold([
    ['a confidential client with a secret', {}, secret, []],
    ['a public client without one', { type: 'public' }, none, []],
    [
      'a native client on loopback',
      { type: 'public', applicationType: 'native', redirectUris: ['http://127.0.0.1/cb'] },
      none,
      [],
    ],
    ['a client with keys inline', byKey, none, []],
    [
      'a client with keys by address',
      { authMethod: 'private_key_jwt', jwksUri: 'https://client.example.com/jwks' },
      none,
      [],
    ],
    [
      'a service without redirects',
      { grantTypes: ['client_credentials', exchange], redirectUris: [], mayIntrospect: true },
      secret,
      [],
    ],
    ['a client exempt from PKCE that keeps a secret', { requiresPkce: false }, secret, []],
    ['a client of FAPI 2.0', fapi, none, []],
    [
      'addresses that Argus may call, and pages of this machine',
      {
        jwksUri: 'https://a.example/jwks',
        backchannelLogoutUri: 'https://a.example/out',
        origins: ['http://[::1]:5173'],
      },
      secret,
      [],
    ],
  ]);
});

describe('a client is told of', () => {
  hold([
    ['a secret that it cannot keep', { type: 'public' }, secret, ['secret']],
    [
      'a way to prove itself that it cannot have',
      { type: 'public', authMethod: 'client_secret_post' },
      none,
      ['authMethod'],
    ],
    ['a way to prove itself that it must have', { authMethod: 'none' }, none, ['authMethod']],
    ['a secret that is missing', {}, none, ['secret']],
    ['a secret that is missing from the body', { authMethod: 'client_secret_post' }, none, ['secret']],
    ['keys that are missing', { authMethod: 'private_key_jwt' }, none, ['jwks']],
    ['keys in two places', { ...byKey, jwksUri: 'https://client.example.com/jwks' }, none, ['jwks']],
    [
      'a private key',
      { ...byKey, jwks: { keys: [...keys.keys, { ...keys.keys[0], d: 'nWGxne' }] } },
      none,
      ['jwks.keys.1'],
    ],
    ['a symmetric key', { ...byKey, jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, none, ['jwks.keys.0']],
    [
      'keys by plain http',
      { authMethod: 'private_key_jwt', jwksUri: 'http://client.example.com/jwks' },
      none,
      ['jwksUri'],
    ],
    [
      'what only a confidential client may',
      {
        type: 'public',
        grantTypes: ['authorization_code', 'client_credentials', exchange],
        requiresPkce: false,
        mayIntrospect: true,
      },
      none,
      ['grantTypes', 'grantTypes', 'requiresPkce', 'mayIntrospect'],
    ],
    ['a redirect URI that is missing', { redirectUris: [] }, secret, ['redirectUris']],
    [
      'each redirect URI that is wrong',
      {
        redirectUris: ['https://a.example/cb', 'http://b.example/cb'],
        postLogoutRedirectUris: ['https://a.example/#x', 'https://a.example/bye'],
      },
      secret,
      ['redirectUris.1', 'postLogoutRedirectUris.0'],
    ],
    [
      'a scheme of its own of a web client',
      { redirectUris: ['com.example.app:/cb'] },
      secret,
      ['redirectUris.0'],
    ],
    [
      'origins that no browser sends',
      {
        origins: [
          'https://a.example',
          'https://a.example/',
          'https://a.example:443',
          'http://a.example',
          'null',
          '*',
          'https://A.example',
        ],
      },
      secret,
      ['origins.1', 'origins.2', 'origins.3', 'origins.4', 'origins.5', 'origins.6'],
    ],
    [
      'a logout address with a fragment',
      { backchannelLogoutUri: 'https://a.example/out#x' },
      secret,
      ['backchannelLogoutUri'],
    ],
    [
      'addresses that Argus does not call',
      {
        authMethod: 'private_key_jwt',
        jwksUri: 'http://10.0.0.1/jwks',
        backchannelLogoutUri: 'http://10.0.0.1/out',
      },
      none,
      ['jwksUri', 'backchannelLogoutUri'],
    ],
    [
      'a resource that is no URI',
      { resources: ['notes', 'https://a.example/#x'] },
      secret,
      ['resources.0', 'resources.1'],
    ],
  ]);
});

describe('FAPI 2.0 takes no', () => {
  hold([
    [
      'RS256',
      { ...fapi, accessTokenAlgorithm: 'RS256', idTokenAlgorithm: 'RS256' },
      none,
      ['accessTokenAlgorithm', 'idTokenAlgorithm'],
    ],
    [
      'secret to prove oneself',
      { ...fapi, authMethod: 'client_secret_basic', jwks: undefined },
      secret,
      ['authMethod'],
    ],
    ['exemption from PKCE', { ...fapi, requiresPkce: false }, none, ['requiresPkce']],
    ['public client', { ...fapi, type: 'public', authMethod: 'none' }, none, ['type', 'authMethod']],
  ]);
});

test('the id of Argus’s own pages is taken', () => {
  assert.notEqual(clientIdMistake('argus'), null);
  assert.equal(clientIdMistake('notes'), null);
});

test('a resource is an absolute URI without a fragment and leaves OpenID’s scopes alone', () => {
  const paths = (id: string, scopes: string[]) => resourceMistakes(id, { scopes }).map(({ path }) => path);
  assert.deepEqual(paths('https://notes.example/api', ['notes.read']), []);
  assert.deepEqual(paths('urn:example:notes', []), []);
  assert.deepEqual(paths('notes', ['notes.read', 'openid', 'offline_access']), [
    'id',
    'scopes.1',
    'scopes.2',
  ]);
  assert.deepEqual(paths('https://notes.example/api#', []), ['id']);
});

test('a message names what is wrong in words that follow the name of the place', () => {
  const [mistake] = clientMistakes(
    clientWith({ settings: { redirectUris: ['http://b.example/cb'] } }).settings,
    { ...secret, mistakeInCall },
  );
  const message = redirectUriMistake('http://b.example/cb', { applicationType: 'web' });
  assert.deepEqual(mistake, { path: 'redirectUris.0', message });
  assert.equal(message, 'may use http only with localhost, 127.0.0.1 or [::1]');
});
