import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeEnvironment } from '@argus/server';
import { readEnvironment } from '../src/config/env.ts';
import { openPlaces } from '../src/outbound/places.ts';
import { isPublicAddress } from '../src/outbound/public-address.ts';

const privately: readonly (readonly [what: string, ...addresses: string[]])[] = [
  ['unspecified', '0.0.0.0', '0.255.255.255', '::'],
  ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
  ['private', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
  ['behind a carrier', '100.64.0.1', '100.100.100.200', '100.127.255.255'],
  ['link-local', '169.254.0.1', '169.254.169.254', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
  ['site-local', 'fec0::1'],
  ['unique local', 'fc00::1', 'fd00:ec2::254', 'fdff:ffff::1'],
  ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  ['reserved or broadcast', '240.0.0.1', '255.255.255.255', '192.0.0.192', '192.88.99.1'],
  ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1', '3fff:fff::1'],
  ['benchmarks', '198.18.0.1', '198.19.255.255', '2001:2::1'],
  ['mapped', '::ffff:10.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::ffff:0:8.8.8.8'],
  ['compatible', '::127.0.0.1', '::8.8.8.8'],
  ['translated', '64:ff9b::10.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b:1::1'],
  ['tunnelled', '2002:7f00:1::', '2002:a00:1::1', '2001:0:1::1', '2001:10::1', '2001:20::1'],
  ['discarded', '100::1'],
  ['a cloud’s own', '168.63.129.16'],
  ['no address', '', 'localhost', '127.1', '0x7f000001', '2130706433', '1.2.3.4/8', '[::1]'],
];

describe('an address is not public that is', () => {
  for (const [what, ...addresses] of privately)
    test(what, () => {
      for (const address of addresses) assert.equal(isPublicAddress(address), false, address);
    });
});

test('every other address is public, up to the edges', () => {
  for (const address of [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '168.63.129.17',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2003::1',
    '2606:4700:4700::1111',
    '3ffe:ffff::1',
  ])
    assert.equal(isPublicAddress(address), true, address);
});

describe('an administrator may name', () => {
  const [far, near] = ['https://login.example', 'http://localhost:8100'];
  const may = (target: string, issuer: string, privateUpstreams?: readonly string[]) =>
    openPlaces({ issuer, privateUpstreams }).mistakeIn(new URL(target)) === null;

  test('any name over https, and no other scheme', () => {
    assert.ok(may('https://keys.example/jwks', far));
    assert.ok(may('https://keys.example/jwks', near));
    for (const target of [
      'http://idp.example/',
      'ftp://localhost/',
      'javascript:alert(1)',
      'file:///etc/passwd',
    ])
      for (const issuer of [far, near]) assert.equal(may(target, issuer), false, target);
  });

  test('no address with a password in it', () => {
    for (const issuer of [far, near]) assert.equal(may('https://user:secret@idp.example/', issuer), false);
  });

  test('this machine only where Argus itself is a developer’s', () => {
    for (const target of ['http://localhost:5432', 'http://127.0.0.1:9000/jwks', 'http://[::1]:9000/']) {
      assert.equal(may(target, far), false, target);
      assert.ok(may(target, near), target);
    }
    assert.equal(may('https://127.0.0.1/', far), false);
    assert.equal(may('http://localhost.idp.example/', near), false);
    assert.equal(may('http://0.0.0.0/', near), false);
  });

  test('a private address, however it is written, only when the operator lists it', () => {
    const disguises = ['10.0.0.1', '0xa.0.0.1', '167772161', '012.0.0.1', '10.1', '[::ffff:10.0.0.1]'];
    for (const host of [...disguises, '[fd00::1]', '[64:ff9b::a00:1]', '169.254.169.254'])
      for (const issuer of [far, near]) assert.equal(may(`https://${host}/`, issuer), false, host);
    assert.ok(may('https://10.0.0.1/', far, ['10.0.0.0/8']));
    assert.ok(may('https://0xa.0.0.1/', far, ['10.0.0.1']));
    assert.ok(may('https://[fd00::1]/', far, ['fd00::/8']));
    assert.equal(may('https://10.0.0.2/', far, ['10.0.0.1']), false);
    assert.equal(may('http://10.0.0.1/', far, ['10.0.0.0/8']), false, 'listed, but not encrypted');
    assert.equal(may('http://127.0.0.1/', far, ['127.0.0.1']), false, 'listed, but not encrypted');
  });
});

describe('a connection may be made', () => {
  const places = (...privateUpstreams: string[]) =>
    openPlaces({ issuer: 'https://login.example', privateUpstreams });

  test('to a name whose every address is public, and to none that has no address', () => {
    assert.ok(places().mayReach('idp.example', ['1.1.1.1', '2606:4700:4700::1111']));
    assert.equal(places().mayReach('idp.example', ['1.1.1.1', '10.0.0.1']), false);
    assert.equal(places().mayReach('idp.example', ['1.1.1.1', '::1']), false);
    assert.equal(places().mayReach('idp.example', []), false);
  });

  test('to a host or a network that the operator lists, and to nothing beside it', () => {
    const listed = places('Idp.internal', '10.1.0.0/16', 'fd00:1::/32', '192.168.0.7');
    for (const [host, ...addresses] of [
      ['idp.internal', '192.168.0.1'],
      ['IDP.internal', '127.0.0.1'],
      ['any.example', '10.1.2.3', 'fd00:1::5'],
      ['any.example', '192.168.0.7', '1.1.1.1'],
    ] as const)
      assert.ok(listed.mayReach(host, addresses), host);
    for (const [host, ...addresses] of [
      ['x.idp.internal', '192.168.0.1'],
      ['any.example', '10.2.0.1'],
      ['any.example', '10.1.0.1', '10.2.0.1'],
      ['any.example', '192.168.0.8'],
      ['any.example', 'fd00:2::1'],
    ] as const)
      assert.equal(listed.mayReach(host, addresses), false, `${host} ${addresses}`);
  });
});

test('what the operator lists is judged at the start', () => {
  const judged = (ARGUS_PRIVATE_UPSTREAMS: string) =>
    judgeEnvironment(readEnvironment({ ARGUS_PRIVATE_UPSTREAMS }));
  const good = 'idp.internal,keycloak, 10.1.0.0/16,10.0.0.1,fd00::/8,::1';
  assert.deepEqual(judged(good).config?.privateUpstreams, good.split(/, ?/));
  assert.deepEqual(judged('').config?.privateUpstreams, []);
  for (const bad of [
    'https://idp.internal',
    'idp.internal:8443',
    '10.0.0.0/33',
    '10.1',
    '*.internal',
    'fe80::1%eth0',
  ])
    assert.match(judged(bad).mistakes?.join() ?? '', /ARGUS_PRIVATE_UPSTREAMS/, bad);
  assert.match(judged('a,'.repeat(101)).mistakes?.join() ?? '', /at most 100/);
});
