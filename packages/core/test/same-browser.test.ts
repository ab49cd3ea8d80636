import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deviceName, isSameBrowser, readUserAgent, userAgentLimit } from '@argus/core';
import fc from 'fast-check';

const chrome = (version: number, system = 'X11; Linux x86_64') =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
const firefox = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
const windows = 'Windows NT 10.0; Win64; x64';
const phone = 'Linux; Android 15; Pixel 9';

const cases: readonly [isSame: boolean, what: string, before: string | null, now: string | null][] = [
  [true, 'the same text', chrome(142), chrome(142)],
  [true, 'a newer version', chrome(142), chrome(143)],
  [true, 'a version past a hundred from one below', firefox(99), firefox(100)],
  [false, 'an older version', chrome(142), chrome(141)],
  [false, 'another browser', chrome(142), firefox(142)],
  [false, 'a browser that builds on the same engine', chrome(142), `${chrome(142)} Edg/142.0.0.0`],
  [false, 'another system', chrome(142), chrome(142, windows)],
  [false, 'a phone instead of a desktop', chrome(142), chrome(142, phone).replace('Safari', 'Mobile Safari')],
  [true, 'no text before and none now', null, null],
  [false, 'a text where there was none', null, chrome(142)],
  [false, 'no text where there was one', chrome(142), null],
  [true, 'the same tool', 'curl/8.0', 'curl/8.0'],
];

describe('the same browser', () => {
  for (const [isSame, what, before, now] of cases) {
    test(`is ${isSame ? '' : 'not '}${what}`, () => assert.equal(isSameBrowser(before, now), isSame));
  }
});

test('a device is named for its browser and system', () => {
  assert.equal(deviceName(readUserAgent(chrome(142, windows))), 'Chrome on Windows');
  assert.equal(deviceName(readUserAgent(firefox(145))), 'Firefox on Linux');
});

test('a device that says nothing is unknown', () => {
  assert.equal(deviceName(readUserAgent(null)), 'Unknown device');
  assert.deepEqual(readUserAgent(''), { browser: null, version: null, os: null, type: 'other' });
});

test('only the beginning of a text is read', () => {
  const padded = `${'x'.repeat(userAgentLimit)} ${chrome(142)}`;
  assert.equal(readUserAgent(padded).browser, readUserAgent('x'.repeat(userAgentLimit)).browser);
});

test('no text, whatever it claims, is a fault', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(chrome(142), 'Chrome/', '(', 'Version/NaN'),
  );
  fc.assert(
    fc.property(texts, texts, (before, now) => {
      assert.equal(typeof isSameBrowser(before, now), 'boolean');
      assert.equal(typeof deviceName(readUserAgent(now)), 'string');
    }),
  );
});
