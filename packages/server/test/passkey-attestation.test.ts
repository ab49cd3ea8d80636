import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Registering } from '@argus/testing/software-authenticator';
import { authorityOf, type CertificateAsk, testAuthority } from '@argus/testing/test-authority';
import { readMetadata } from '../src/authenticators/passkey/metadata.ts';
import { verifyRegistration } from '../src/authenticators/passkey/verify-registration.ts';
import { metadataBlob } from './passkey-metadata-stage.ts';
import { passkeyPolicy, passkeyStage } from './passkey-stage.ts';

const stage = passkeyStage('passkey attestation');
const aaguid = 'ee882879-721c-4913-9775-3dfcce97072a';
const fido = testAuthority(stage.random, 'Metadata root');
const maker = testAuthority(stage.random, 'Maker root');
const batch = maker.below('Maker batch');
const stranger = testAuthority(stage.random, 'Nobody’s root');
const leaf: CertificateAsk = {
  subject: { C: 'SE', O: 'Maker', OU: 'Authenticator Attestation', CN: 'Model' },
  aaguid,
};

function metadataWith(...statuses: string[]) {
  const blob = metadataBlob(fido, { models: [{ aaguid, roots: [maker.der], statuses }] });
  const read = readMetadata(blob, { roots: [fido.pem], now: stage.clock.now() });
  assert.ok(read.ok);
  return read.metadata;
}

const metadata = metadataWith('FIDO_CERTIFIED_L1');
const policy = passkeyPolicy({ attestation: 'verified' });
const proved = { policy, metadata };

function attested(ask = leaf, by = batch, between = [batch.der]): Registering {
  const { der, privateKey } = by.issue(ask);
  return { aaguid, attestation: { privateKey, x5c: [der, ...between] } };
}

test('an authenticator whose certificates lead to its maker’s root is attested', async () => {
  const verified = await verifyRegistration(stage.made(attested()), stage.expectedAtRegistration(proved));
  assert.ok(verified.ok && verified.passkey.isAttested);
});

test('what speaks for a model is not believed where policy asks for no proof', async () => {
  const verified = await verifyRegistration(
    stage.made(attested()),
    stage.expectedAtRegistration({ metadata }),
  );
  assert.ok(verified.ok && !verified.passkey.isAttested);
});

const refusals: [string, Registering, Partial<typeof proved>?][] = [
  ['that says nothing of its model', { aaguid }],
  ['that signs for itself', { aaguid, attestation: 'self' }],
  ['with certificates of nobody', attested(leaf, stranger, [])],
  ['with a stranger’s root in its chain', attested(leaf, stranger, [stranger.der])],
  ['without the certificate between', attested(leaf, batch, [])],
  ['with a certificate that ended', attested({ ...leaf, until: '251231' })],
  ['with a certificate that is not valid yet', attested({ ...leaf, from: '260106' })],
  ['with a certificate that is an authority', attested({ ...leaf, isAuthority: true })],
  [
    'with a certificate for another model',
    attested({ ...leaf, aaguid: 'fa2b99dc-9e39-4257-8f92-4a30d23c4118' }),
  ],
  ['that issues with a leaf', attestedByLeaf()],
  ['with an issuer that only bears the name', attested(leaf, testAuthority(stage.random, 'Maker batch'))],
  ['of a model that is not listed', { ...attested(), aaguid: 'fa2b99dc-9e39-4257-8f92-4a30d23c4118' }],
  ['of a model that was withdrawn', attested(), { metadata: metadataWith('FIDO_CERTIFIED_L1', 'REVOKED') }],
  ['of a model whose keys leaked', attested(), { metadata: metadataWith('ATTESTATION_KEY_COMPROMISE') }],
  ['with a signature by another key', signedByAnother()],
  ['in the format of U2F', formatted('fido-u2f')],
  ['in the format of Android, whose addresses the library would call', formatted('android-key')],
  ['in a format that nobody registered', formatted('home-made')],
];
for (const [what, ceremony, other] of refusals)
  test(`an authenticator ${what} is refused where a proof is asked for`, async () => {
    assert.equal(await stage.register(ceremony, { ...proved, ...other }), 'attestation');
  });

test('without metadata nobody is proved', async () => {
  assert.equal(await stage.register(attested(), { policy, metadata: null }), 'attestation');
});

test('metadata that went out of date prove nothing', async () => {
  const now = metadata.staleAt;
  assert.equal(await stage.register(attested(), { ...proved, now }), 'attestation');
});

test('a proved model whose passkeys may leave it is refused', async () => {
  assert.equal(await stage.register({ ...attested(), be: true }, proved), 'backup-eligibility');
});

test('a key that signs for itself is checked even where nothing is asked', async () => {
  assert.equal(await stage.register({ attestation: 'self' }), 'ok');
  const bent = stage.made({ attestation: 'self' });
  const object = Buffer.from(bent.response.attestationObject, 'base64url');
  const place = object.indexOf('sig') + 20;
  object[place] = (object[place] ?? 0) ^ 1;
  const response = { ...bent.response, attestationObject: object.toString('base64url') };
  const outcome = await verifyRegistration({ ...bent, response }, stage.expectedAtRegistration());
  assert.deepEqual(outcome, { ok: false, reason: 'attestation' });
});

test('statements that would not be believed are laid aside unread, unless nobody registered their format', async () => {
  assert.equal(await stage.register(formatted('android-key')), 'ok');
  assert.equal(await stage.register(signedByAnother()), 'ok');
  assert.equal(await stage.register(formatted('home-made')), 'attestation');
});

function attestedByLeaf(): Registering {
  const between = batch.issue(leaf);
  const forged = authorityOf({ random: stage.random, subject: leaf.subject, ...between }).issue(leaf);
  return {
    aaguid,
    attestation: { privateKey: forged.privateKey, x5c: [forged.der, between.der, batch.der] },
  };
}

function signedByAnother(): Registering {
  const { der } = batch.issue(leaf);
  return { aaguid, attestation: { privateKey: stranger.privateKey, x5c: [der, batch.der] } };
}

function formatted(format: string): Registering {
  const { der, privateKey } = batch.issue(leaf);
  return { aaguid, attestation: { format, privateKey, x5c: [der, batch.der] } };
}
