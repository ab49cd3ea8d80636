import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameNetwork, networkOf } from '../src/device/network.ts';

const addresses = [
  '203.0.113.7',
  '203.0.113.250',
  '203.0.114.7',
  '::ffff:203.0.113.9',
  '::ffff:cb00:7109',
  '2001:db8:1::1',
  '2001:db8:1:ffff::1',
  '2001:db8:2::1',
  '2001:db8::1',
  '2001:DB8:0:1:2:3:4:5',
  '::1',
  '::',
  '1::',
  'fe80::1%eth0',
];

test('two addresses have one network’s name exactly when they lie in one network', () => {
  for (const a of addresses) {
    for (const b of addresses) assert.equal(networkOf(a) === networkOf(b), isSameNetwork(a, b), `${a} ${b}`);
  }
});

test('a network is named by its first address and its size', () => {
  assert.equal(networkOf('::ffff:203.0.113.9'), '203.0.113.0/24');
  assert.equal(networkOf('2001:DB8:0:1:2:3:4:5'), '2001:db8:0::/48');
  assert.equal(networkOf('::1'), '0:0:0::/48');
});
