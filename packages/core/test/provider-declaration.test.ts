import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ProviderSettings, providerSettingsSchema } from '@argus/contract';
import { domainOf, isSafeUpstream, providerMistakes } from '@argus/core';

const declared = (more: Partial<ProviderSettings>): ProviderSettings => ({
  ...providerSettingsSchema.parse({ name: 'Corp', issuer: 'https://idp.example', clientId: 'argus' }),
  ...more,
});

describe('the declaration of a provider', () => {
  const good = [
    'https://idp.example',
    'https://idp.example:8443/realms/main',
    'http://localhost:9000',
    'http://127.0.0.1:9000/x',
    'http://[::1]:9000',
  ];
  for (const issuer of good)
    test(`may name ${issuer}`, () => assert.deepEqual(providerMistakes(declared({ issuer })), []));

  const bad = [
    'idp.example',
    'http://idp.example',
    'http://169.254.169.254/latest',
    'http://localhost.evil.example',
    'https://user:secret@idp.example',
    'https://idp.example/?x=1',
    'https://idp.example/#x',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ];
  for (const issuer of bad)
    test(`must not name ${issuer}`, () => assert.equal(providerMistakes(declared({ issuer })).length, 1));

  test('must ask for an ID token, but of GitHub, which has none', () => {
    assert.equal(providerMistakes(declared({ scopes: ['email'] })).length, 1);
    assert.deepEqual(providerMistakes(declared({ preset: 'github', scopes: ['user:email'] })), []);
  });

  test('names domains in their one spelling', () => {
    assert.deepEqual(providerMistakes(declared({ domains: ['example.org', 'xn--bcher-kva.example'] })), []);
    for (const domain of ['Example.org', 'bücher.example', 'exam ple.org', '@example.org', 'a@b.example'])
      assert.equal(providerMistakes(declared({ domains: [domain] })).length, 1, domain);
  });
});

describe('a provider leads Argus', () => {
  const [far, near] = [new URL('https://idp.example'), new URL('http://localhost:9000')];
  const may = (target: string, issuer: URL) => isSafeUpstream(new URL(target), issuer);

  test('anywhere over https', () => {
    assert.ok(may('https://keys.example/jwks', far));
    assert.ok(may('https://keys.example/jwks', near));
  });

  test('never to a private place over http, unless it is on this machine itself', () => {
    for (const target of [
      'http://localhost:5432',
      'http://127.0.0.1',
      'http://10.0.0.1',
      'http://idp.example',
    ])
      assert.equal(may(target, far), false, target);
    assert.ok(may('http://127.0.0.1:9000/jwks', near));
    assert.equal(may('http://10.0.0.1/', near), false);
    assert.equal(may('ftp://localhost/', near), false);
  });
});

test('the domain of an address is what stands behind its last @, in one spelling', () => {
  assert.equal(domainOf('Ada@Example.ORG'), 'example.org');
  assert.equal(domainOf('ada@bücher.example'), 'xn--bcher-kva.example');
  for (const nothing of ['', 'ada', '@example.org', 'ada@', 'ada@a b']) assert.equal(domainOf(nothing), null);
});
