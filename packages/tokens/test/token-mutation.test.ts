import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { issueRefreshToken, verifyAccessToken, verifyRefreshToken } from '../src/index.ts';
import { algorithms, expectAccess, issued, issuer, now, refreshClaims, ringOf } from './fixtures.ts';

const ring = await ringOf('HS256');
const refreshToken = issueRefreshToken(ring, refreshClaims, now);
const isRefresh = (token: string) => verifyRefreshToken(ring, token, { issuer, now }).ok;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é';

const suspects: { name: string; token: string; isAccepted: (token: string) => boolean }[] = [
  { name: 'an HS256 refresh token', token: refreshToken, isAccepted: isRefresh },
];
for (const algorithm of algorithms) {
  const keys = await ringOf(algorithm);
  suspects.push({
    name: `an ${algorithm} access token`,
    token: await issued(keys),
    isAccepted: (token) => verifyAccessToken(keys, token, expectAccess).ok,
  });
}

for (const { name, token, isAccepted } of suspects) {
  test(`${name} is refused after any one character is replaced`, () => {
    assert.equal(isAccepted(token), true);
    const position = fc.nat({ max: token.length - 1 });
    fc.assert(
      fc.property(position, fc.constantFrom(...alphabet.split('')), (at, character) => {
        fc.pre(token[at] !== character);
        assert.equal(isAccepted(token.slice(0, at) + character + token.slice(at + 1)), false);
      }),
      { numRuns: 400 },
    );
  });

  test(`${name} is refused after any character is inserted, removed or swapped with its neighbour`, () => {
    const position = fc.nat({ max: token.length - 2 });
    fc.assert(
      fc.property(position, fc.constantFrom(...alphabet.split('')), (at, character) => {
        const [head, tail] = [token.slice(0, at), token.slice(at)];
        assert.equal(isAccepted(head + character + tail), false);
        assert.equal(isAccepted(head + tail.slice(1)), false);
        const swapped = `${head}${tail.charAt(1)}${tail.charAt(0)}${tail.slice(2)}`;
        assert.equal(isAccepted(swapped), swapped === token);
      }),
      { numRuns: 150 },
    );
  });
}

test('every single character of a refresh token matters, whatever takes its place', () => {
  for (let at = 0; at < refreshToken.length; at++) {
    for (const character of 'AQgwz9-_') {
      if (refreshToken[at] === character) continue;
      assert.equal(
        isRefresh(refreshToken.slice(0, at) + character + refreshToken.slice(at + 1)),
        false,
        `at ${at}`,
      );
    }
  }
});

test('no text at all makes a verifier throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.base64String(),
        fc.stringMatching(/^[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}$/),
      ),
      (text) => {
        assert.equal(verifyAccessToken(ring, text, expectAccess).ok, false);
        assert.equal(isRefresh(text), false);
      },
    ),
    { numRuns: 1000 },
  );
});
