import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  postLogoutRedirectMistake,
  redirectUriMistake,
  registeredPostLogoutRedirect,
  registeredRedirect,
} from '@argus/core';
import fc from 'fast-check';
import { callback, clientWith } from './oauth-facts.ts';

const web = clientWith().settings;
const native = (...redirectUris: string[]) =>
  clientWith({ settings: { type: 'public', applicationType: 'native', redirectUris } }).settings;

/** Each was taken for the registered one somewhere: CVE-2023-6291, CVE-2024-1132, CVE-2024-8883, CVE-2022-3782 and more. */
const forgeries = [
  'https://client.example.com.evil.example/cb',
  'https://client.example.com@evil.example/cb',
  'https://client.example.com/cb/../evil',
  'https://client.example.com/cb/..%2F..%2Fevil',
  'https://client.example.com/cb%252f..%252f',
  'https://client.example.com/cb/..;/evil',
  'https://clientaexample.com/cb',
  'HTTPS://CLIENT.EXAMPLE.COM/cb',
  'https://client.example.com/CB',
  'https://client.example.com/cb/',
  'https://client.example.com/cb?x=1',
  'https://client.example.com/cb#frag',
  'https://client.example.com:8443/cb',
  'http://client.example.com/cb',
  '//client.example.com/cb',
  '/\thttps://evil.example',
  '\\/evil.example',
  'https://client.example.com\\@evil.example/cb',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://client.example.com/cb\u0000',
  'https://client.example.com/cb%0d%0aLocation:%20https://evil.example',
  'https://client.example.com:443/cb',
  ' https://client.example.com/cb',
  '',
];

describe('a redirect URI that only looks like the registered one is not it:', () => {
  for (const sent of forgeries) {
    test(JSON.stringify(sent), () => {
      assert.equal(registeredRedirect(web, sent), false);
      assert.equal(registeredRedirect(native(callback), sent), false);
    });
  }
});

test('the registered text itself is accepted', () => {
  assert.equal(registeredRedirect(web, callback), true);
});

test('where a sign-out leads to is held to the same rule', () => {
  const { settings } = clientWith({
    settings: { postLogoutRedirectUris: ['https://client.example.com/bye'] },
  });
  assert.equal(registeredPostLogoutRedirect(settings, 'https://client.example.com/bye'), true);
  assert.equal(registeredPostLogoutRedirect(settings, 'https://client.example.com/bye/'), false);
  assert.equal(
    registeredPostLogoutRedirect(settings, callback),
    false,
    'a place to sign in is another place',
  );
});

describe('the port of a loopback address', () => {
  const v4 = 'http://127.0.0.1/cb';
  const v6 = 'http://[::1]:4000/cb?from=argus';
  const cases: readonly [what: string, registered: string, sent: string, isAccepted: boolean][] = [
    ['may be added', v4, 'http://127.0.0.1:51004/cb', true],
    ['may be another', v6, 'http://[::1]:51004/cb?from=argus', true],
    ['may be left out', v6, 'http://[::1]/cb?from=argus', true],
    ['may be the highest', v4, 'http://127.0.0.1:65535/cb', true],
    ['must be a port', v4, 'http://127.0.0.1:65536/cb', false],
    ['must not be zero', v4, 'http://127.0.0.1:0/cb', false],
    ['must not be empty', v4, 'http://127.0.0.1:/cb', false],
    ['must be a number', v4, 'http://127.0.0.1:51004@evil.example/cb', false],
    ['does not change the path', v4, 'http://127.0.0.1:51004/cb/', false],
    ['does not change the query', v6, 'http://[::1]:51004/cb', false],
    ['does not bring a fragment', v4, 'http://127.0.0.1:51004/cb#x', false],
    ['does not bring a line', v4, 'http://127.0.0.1:51004/cb\n', false],
    ['does not change the host', v4, 'http://[::1]:51004/cb', false],
    ['does not change the scheme', v4, 'https://127.0.0.1:51004/cb', false],
    ['is no matter of names', 'http://localhost/cb', 'http://localhost:51004/cb', false],
    ['is no matter of other addresses', 'http://127.0.0.2/cb', 'http://127.0.0.2:51004/cb', false],
    ['is no matter of https', 'https://127.0.0.1/cb', 'https://127.0.0.1:51004/cb', false],
  ];
  for (const [what, registered, sent, isAccepted] of cases) {
    test(`${what}: ${sent}`, () => assert.equal(registeredRedirect(native(registered), sent), isAccepted));
  }

  test('is fixed for a web client', () => {
    const settings = clientWith({ settings: { redirectUris: [v4] } }).settings;
    assert.equal(registeredRedirect(settings, 'http://127.0.0.1:51004/cb'), false);
  });
});

describe('a redirect URI cannot be registered that', () => {
  const cases: readonly [what: string, uri: string][] = [
    ['is plain http', 'http://client.example.com/cb'],
    ['is http to a name below localhost', 'http://app.localhost/cb'],
    ['is http to a name that merely begins so', 'http://localhost.evil.example/cb'],
    ['is http to an address that merely begins so', 'http://127.0.0.1.evil.example/cb'],
    ['has a fragment', 'https://client.example.com/cb#frag'],
    ['has an empty fragment', 'https://client.example.com/cb#'],
    ['carries a user name', 'https://user@client.example.com/cb'],
    ['carries a password', 'https://user:secret@client.example.com/cb'],
    ['has a wildcard host', 'https://*.example.com/cb'],
    ['has a wildcard path', 'https://client.example.com/*'],
    ['has a backslash', 'https://client.example.com\\cb'],
    ['has dots that lead up', 'https://client.example.com/a/../cb'],
    ['has encoded dots', 'https://client.example.com/a/%2e%2E/cb'],
    ['has a dot and a parameter', 'https://client.example.com/a/..;x/cb'],
    ['has an encoded slash', 'https://client.example.com/a%2Fcb'],
    ['has an encoded backslash', 'https://client.example.com/a%5Ccb'],
    ['has a percent sign that is encoded itself', 'https://client.example.com/cb%252f'],
    ['has an encoded line break', 'https://client.example.com/cb?a=%0d%0a'],
    ['has a broken percent sign', 'https://client.example.com/cb%zz'],
    ['has a control character', 'https://client.example.com/cb\u0000'],
    ['has a space', 'https://client.example.com/c b'],
    ['has another script', 'https://clіent.example.com/cb'],
    ['is written in capitals', 'HTTPS://CLIENT.EXAMPLE.COM/cb'],
    ['names the port that it has anyway', 'https://client.example.com:443/cb'],
    ['leaves out the path', 'https://client.example.com'],
    ['writes an address in another base', 'https://0x7f.0.0.1/cb'],
    ['has no host', 'https:///cb'],
    ['is relative', '/cb'],
    ['has no scheme', '//client.example.com/cb'],
    ['is a script', 'javascript:alert(1)'],
    ['is a document', 'data:text/html,x'],
    ['has a scheme without a dot', 'myapp:/cb'],
    ['has a scheme of its own and no path', 'com.example.app:cb'],
    ['is too long', `https://client.example.com/${'a'.repeat(2000)}`],
    ['is empty', ''],
  ];
  for (const [what, uri] of cases) {
    test(what, () => {
      assert.notEqual(redirectUriMistake(uri, web), null, 'by a web client');
      assert.notEqual(redirectUriMistake(uri, native()), null, 'by a native client');
    });
  }
});

describe('a redirect URI can be registered', () => {
  const cases: readonly [what: string, uri: string, isWeb: boolean][] = [
    ['with https', callback, true],
    ['with a port and a query', 'https://client.example.com:8443/cb?a=b%2Fc', true],
    ['with a dot in a name', 'https://client.example.com/.well-known/cb', true],
    ['with http to an IPv4 loopback address', 'http://127.0.0.1/cb', true],
    ['with http to an IPv6 loopback address', 'http://[::1]:4000/', true],
    ['with http to this machine by name', 'http://localhost:3000/cb', true],
    ['by native clients with a scheme of their own', 'com.example.app:/oauth', false],
    ['by native clients with a scheme of their own and a host', 'com.example.app://oauth', false],
  ];
  for (const [what, uri, isWeb] of cases) {
    test(`${what}: ${uri}`, () => {
      assert.equal(redirectUriMistake(uri, native()), null);
      assert.equal(redirectUriMistake(uri, web) === null, isWeb);
    });
  }
});

test('where a sign-out leads to may be an origin alone, as stock clients send it, and then it is just that text', () => {
  for (const uri of ['https://client.example.com', 'http://localhost:3000', 'http://127.0.0.1:3000']) {
    assert.equal(postLogoutRedirectMistake(uri, web), null, uri);
    const settings = clientWith({ settings: { postLogoutRedirectUris: [uri] } }).settings;
    assert.equal(registeredPostLogoutRedirect(settings, uri), true);
    assert.equal(registeredPostLogoutRedirect(settings, `${uri}/`), false);
  }
  const refused = [
    'http://client.example.com',
    'https://CLIENT.example.com',
    'https://user@client.example.com',
    'https://client.example.com:443',
    'https://client.example.com?',
    'https://client.example.com#',
    'https://client.example.com\\',
    'https://*.example.com',
    'https://',
    'javascript:alert(1)',
  ];
  for (const uri of refused) assert.notEqual(postLogoutRedirectMistake(uri, web), null, uri);
});

/** Pieces of which one URI is turned into another. */
const pieces = fc.constantFrom(
  '',
  '/',
  '//',
  '.',
  '..',
  '/..',
  '%2e',
  '%2F',
  '\\',
  '@',
  ':',
  ':80',
  ':443',
  '#',
  '?',
  'x',
  '\u0000',
  '\t',
  'http://',
  'https://',
  '127.0.0.1',
  '[::1]',
  'evil.example',
  'client.example.com',
  'cb',
  '/cb',
  ';',
);
const edits = fc.record({ at: fc.nat(60), cut: fc.nat(12), piece: pieces });

test('whatever is done to a registered redirect URI, nothing but itself, or its port at home, is accepted', () => {
  const registered = [callback, 'http://127.0.0.1:4000/cb', 'http://[::1]/cb?a=b', 'com.example.app:/cb'];
  const portless = (uri: string) =>
    uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\])):([1-9]\d{0,4})(?=\/)/, (text, host, port) =>
      Number(port) <= 65_535 ? host : text,
    );
  fc.assert(
    fc.property(fc.constantFrom(...registered), fc.array(edits, { maxLength: 4 }), (uri, changes) => {
      const sent = changes.reduce(
        (text, { at, cut, piece }) => text.slice(0, at) + piece + text.slice(at + cut),
        uri,
      );
      const isSame = registered.includes(sent);
      const isSameButPort = registered.some((one) => portless(one) === portless(sent));
      assert.equal(registeredRedirect({ applicationType: 'web', redirectUris: registered }, sent), isSame);
      assert.equal(registeredRedirect(native(...registered), sent), isSame || isSameButPort);
    }),
    { numRuns: 3000 },
  );
});

test('what may be registered reads the same to whoever parses it', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
      const uri = `https://client.example.com/${parts.join('')}`;
      if (redirectUriMistake(uri, web) !== null) return;
      const { href, host, hash } = new URL(uri);
      assert.deepEqual([href, host, hash], [uri, 'client.example.com', '']);
    }),
    { numRuns: 3000 },
  );
});
