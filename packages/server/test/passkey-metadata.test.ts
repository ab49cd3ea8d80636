import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAuthority } from '@argus/testing/test-authority';
import { metadataMistakes, readMetadata } from '../src/authenticators/passkey/metadata.ts';
import { type BlobAsk, metadataBlob } from './passkey-metadata-stage.ts';
import { passkeyStage } from './passkey-stage.ts';

const { random, clock } = passkeyStage('passkey metadata');
const fido = testAuthority(random, 'Metadata root');
const stranger = testAuthority(random, 'Another root');
const maker = testAuthority(random, 'Maker root');
const aaguid = 'ee882879-721c-4913-9775-3dfcce97072a';
const models = [{ aaguid, roots: [maker.der] }];
const trust = { roots: [fido.pem], now: clock.now() };

function mistakeOf(blob: string, other: Partial<Parameters<typeof readMetadata>[1]> = {}): string | null {
  const read = readMetadata(blob, { ...trust, ...other });
  return read.ok ? null : read.mistake;
}

test('a file that its root signed tells its models, its number and its last day', () => {
  const read = readMetadata(metadataBlob(fido, { models }), trust);
  assert.ok(read.ok);
  const { serial, staleAt, trustHash } = read.metadata;
  assert.equal(serial, 7);
  assert.equal(staleAt, Date.UTC(2026, 1, 2));
  assert.match(trustHash, /^[0-9a-f]{64}$/);
  const model = read.metadata.models.get(aaguid);
  assert.equal(model?.description, 'Model ee882879');
  assert.equal(model?.isBroken, false);
  assert.deepEqual(model?.roots[0]?.raw, maker.der);
});

test('the hash of the trust changes with the file and with the roots', () => {
  const blob = metadataBlob(fido, { models });
  const hashOf = (text: string, roots: readonly string[]) => {
    const read = readMetadata(text, { ...trust, roots });
    return read.ok ? read.metadata.trustHash : null;
  };
  const hashes = [
    hashOf(blob, [fido.pem]),
    hashOf(blob, [fido.pem, stranger.pem]),
    hashOf(metadataBlob(fido, { models }), [fido.pem]),
  ];
  assert.equal(new Set(hashes).size, 3);
  assert.equal(hashOf(`${blob}\n`, [fido.pem]), hashes[0]);
});

for (const status of [
  'REVOKED',
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
])
  test(`a model with the report ${status} counts as broken, whatever was reported after`, () => {
    const statuses = ['FIDO_CERTIFIED_L1', status, 'UPDATE_AVAILABLE'];
    const read = readMetadata(
      metadataBlob(fido, { models: [{ ...models[0], aaguid, roots: [], statuses }] }),
      trust,
    );
    assert.ok(read.ok && read.metadata.models.get(aaguid)?.isBroken);
  });

test('a model that signs for itself has no roots, whatever it lists', () => {
  const types = ['basic_surrogate'];
  const read = readMetadata(metadataBlob(fido, { models: [{ aaguid, roots: [maker.der], types }] }), trust);
  assert.ok(read.ok);
  assert.deepEqual(read.metadata.models.get(aaguid)?.roots, []);
});

test('any byte of the payload or the signature that was changed makes the file worthless', () => {
  const blob = metadataBlob(fido, { models });
  const start = blob.indexOf('.') + 1;
  for (let place = start; place < blob.length; place += 7) {
    if (blob[place] === '.') continue;
    const bent = `${blob.slice(0, place)}${blob[place] === 'A' ? 'B' : 'A'}${blob.slice(place + 1)}`;
    // The last character holds unused bits; a decoder that drops them reads the same signature.
    if (Buffer.from(bent.slice(start), 'base64url').equals(Buffer.from(blob.slice(start), 'base64url')))
      continue;
    assert.notEqual(mistakeOf(bent), null, `${place}`);
  }
  assert.equal(mistakeOf(bentPayload(blob)), 'wrong-signature');
});

const mistakes: [string, BlobAsk, string][] = [
  ['signed for another host', { host: 'evil.test' }, 'untrusted-signer'],
  ['signed by a certificate that ended', { until: '251231' }, 'untrusted-signer'],
  ['that says an algorithm that is not its key’s', { algorithm: 'RS256' }, 'wrong-signature'],
  ['that says it is not signed', { algorithm: 'none' }, 'wrong-signature'],
  ['that is out of date', { nextUpdate: '2026-01-04' }, 'stale'],
  ['without a day of its next update', { nextUpdate: 'soon' }, 'malformed'],
  ['with a day that is none', { nextUpdate: '2026-13-45' }, 'malformed'],
  ['without a list of models', { entries: 'none' }, 'malformed'],
  ['with a model without a statement', { entries: [{ aaguid, statusReports: [] }] }, 'malformed'],
  ['with a model of no AAGUID’s form', { models: [{ aaguid: 'yes', roots: [] }] }, 'malformed'],
];
for (const [what, ask, mistake] of mistakes)
  test(`a file ${what} is refused: ${mistake}`, () => {
    assert.equal(mistakeOf(metadataBlob(fido, ask)), mistake);
  });

test('a file is good on the day of its next update', () => {
  assert.equal(mistakeOf(metadataBlob(fido, { models, nextUpdate: '2026-01-05' })), null);
});

test('a file by another root, or a root that is none, is refused', () => {
  const blob = metadataBlob(fido, { models });
  assert.equal(mistakeOf(blob, { roots: [stranger.pem] }), 'untrusted-signer');
  assert.equal(mistakeOf(blob, { roots: ['no certificate'] }), 'no-roots');
  assert.equal(mistakeOf(metadataBlob(stranger, { models })), 'untrusted-signer');
  const namesake = testAuthority(random, 'Metadata root');
  assert.equal(mistakeOf(metadataBlob(namesake, { models })), 'untrusted-signer');
});

test('what is no file of metadata is refused and never throws', () => {
  for (const junk of ['', '.', 'a.b.c', 'a.b', 'e30.e30.AA', `${'e30.'.repeat(3)}e30`, '<html>'])
    assert.equal(mistakeOf(junk), 'malformed', junk);
});

test('another signer may be named, for a service of one’s own', () => {
  const blob = metadataBlob(fido, { models, host: 'metadata.example' });
  assert.equal(mistakeOf(blob, { signer: 'metadata.example' }), null);
});

test('every mistake has one sentence', () => {
  for (const [mistake, sentence] of Object.entries(metadataMistakes))
    assert.match(sentence, /^[A-Z].+\.$/, mistake);
});

function bentPayload(blob: string): string {
  const [header, payload = '', signature] = blob.split('.');
  const text = Buffer.from(payload, 'base64url').toString().replace('"no":7', '"no":8');
  return [header, Buffer.from(text).toString('base64url'), signature].join('.');
}
