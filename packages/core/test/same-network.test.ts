import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSameNetwork, plainAddress } from '@argus/core';
import fc from 'fast-check';

const cases: readonly [isSame: boolean, what: string, one: string, other: string][] = [
  [true, 'one address', '192.0.2.1', '192.0.2.1'],
  [true, 'the two ends of a /24', '192.0.2.0', '192.0.2.255'],
  [false, 'the next /24', '192.0.2.255', '192.0.3.0'],
  [false, 'another network that begins alike', '192.0.2.1', '192.0.20.1'],
  [true, 'the two ends of a /48', '2001:db8:1::', '2001:db8:1:ffff:ffff:ffff:ffff:ffff'],
  [false, 'the next /48', '2001:db8:1:ffff::1', '2001:db8:2::1'],
  [true, 'one IPv6 address written twice', '2001:DB8:1:0::1', '2001:db8:1::0001'],
  [true, 'an IPv4 address and its mapped form', '192.0.2.1', '::ffff:192.0.2.9'],
  [true, 'an IPv4 address and its mapped form in hexadecimal', '192.0.2.1', '::FFFF:c000:0209'],
  [true, 'an IPv4 address and its mapped form in full', '192.0.2.1', '0:0:0:0:0:ffff:192.0.2.9'],
  [false, 'two mapped addresses of two networks', '::ffff:c000:0201', '::ffff:c633:6401'],
  [false, 'an IPv4 and an IPv6 address', '192.0.2.1', '2001:db8::1'],
  [true, 'one address in two zones', 'fe80::1%eth0', 'fe80::1%eth1'],
  [false, 'two equal texts that are no addresses', 'unknown', 'unknown'],
  [false, 'nothing and nothing', '', ''],
  [false, 'an address and junk', '192.0.2.1', '192.0.2.1:443'],
];

describe('the same network', () => {
  for (const [isSame, what, one, other] of cases) {
    test(`is ${isSame ? '' : 'not '}${what}`, () => {
      assert.equal(isSameNetwork(one, other), isSame);
      assert.equal(isSameNetwork(other, one), isSame, 'the other way round');
    });
  }
});

test('a mapped address is its IPv4 address in every spelling', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
      const hex = [a * 256 + b, c * 256 + d].map((part) => part.toString(16)).join(':');
      for (const spelling of [`::ffff:${address}`, `::ffff:${hex}`, `0:0:0:0:0:ffff:${hex}`])
        assert.equal(plainAddress(spelling), address);
    }),
  );
});

test('no text, whatever it is, is a fault', () => {
  const texts = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.ipV4Extended());
  fc.assert(fc.property(texts, texts, (one, other) => typeof isSameNetwork(one, other) === 'boolean'));
});
