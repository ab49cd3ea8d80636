import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contentDigest, preferredDigest, verifyDigest } from '../src/index.ts';
import { bytesOf } from './fixtures.ts';

/** RFC 9530, appendix A and B: the same object in both hashes. */
const body = bytesOf('{"hello": "world"}');
const sha256 = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:';
const sha512 =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';
const otherSha256 = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:';

const verdict = (...lines: readonly string[]) => {
  const outcome = verifyDigest(lines, body);
  return outcome.ok ? 'ok' : outcome.rejection;
};

describe('a digest', () => {
  test('is made as RFC 9530 prints it', () => {
    assert.equal(contentDigest(body), sha256);
    assert.equal(contentDigest(body, ['sha-512']), sha512);
    assert.equal(contentDigest(body, ['sha-256', 'sha-512']), `${sha256}, ${sha512}`);
    assert.equal(contentDigest(new Uint8Array()), otherSha256);
    assert.throws(() => contentDigest(body, []), { name: 'SignaturesFault' });
  });

  test('is verified if one known algorithm is there', () => {
    assert.equal(verdict(sha256), 'ok');
    assert.equal(verdict(sha512), 'ok');
    assert.equal(verdict(`md5=:AA==:, ${sha256}`), 'ok');
    assert.equal(verdict(`${sha256};x=1`), 'ok');
  });

  test('is verified only if all known ones are right, in one line or several', () => {
    assert.equal(verdict(`${sha256}, ${sha512}`), 'ok');
    assert.equal(verdict(`${otherSha256}, ${sha512}`), 'wrong-digest');
    assert.equal(verdict(sha512, otherSha256), 'wrong-digest');
  });

  test('of unknown algorithms only proves nothing', () => {
    for (const line of ['md5=:AA==:', 'sha=:AA==:', 'unixsum=:AA==:', 'sha-384=:AA==:', '']) {
      assert.equal(verdict(line), 'unknown-digest', line);
    }
  });

  test('that is absent is missing', () => assert.equal(verdict(), 'missing-digest'));

  test('of another length or type is none', () => {
    assert.equal(verdict('sha-256=:AA==:'), 'wrong-digest');
    assert.equal(verdict('sha-256=::'), 'wrong-digest');
    for (const line of [
      'sha-256',
      'sha-256="X48E9q"',
      'sha-256=X48E9q',
      'sha-256=(:AA==:)',
      'SHA-256=:AA==:',
      '=',
    ]) {
      assert.equal(verdict(line), 'malformed-digest', line);
    }
  });

  test('that is said twice is not chosen from', () => {
    assert.equal(verdict(`${otherSha256}, ${sha256}`), 'malformed-digest');
    assert.equal(verdict(otherSha256, sha256), 'malformed-digest');
  });

  test('longer than 4 KiB is not read', () => {
    assert.equal(verdict(`x=:${'A'.repeat(4096)}:, ${sha256}`), 'malformed-digest');
  });
});

describe('a wish for a digest', () => {
  const wishes: Record<string, string | undefined> = {
    'sha-256=1': 'sha-256',
    'sha-512=3, sha-256=10, unixsum=0': 'sha-256',
    'sha-256=1, sha-512=2': 'sha-512',
    'sha-256=5, sha-512=5': 'sha-256',
    'sha-256=0': undefined,
    'sha-256=11': undefined,
    'sha-256=-1, sha-512=1': 'sha-512',
    'sha-256=1.5': undefined,
    'md5=10': undefined,
    '': undefined,
    'sha-256=': undefined,
  };
  for (const [line, preferred] of Object.entries(wishes)) {
    test(`${line || 'the empty one'} prefers ${preferred ?? 'none that is known'}`, () => {
      assert.equal(preferredDigest([line]), preferred);
    });
  }
});
