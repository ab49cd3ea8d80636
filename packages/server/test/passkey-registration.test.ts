import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passkeyRefusals } from '../src/authenticators/passkey/passkey-refusal.ts';
import { verifyRegistration } from '../src/authenticators/passkey/verify-registration.ts';
import { passkeyPolicy, passkeyStage, relyingParty } from './passkey-stage.ts';

const stage = passkeyStage('passkey registration');

for (const algorithm of [-8, -7, -257] as const)
  test(`a passkey with algorithm ${algorithm} is registered with what is known of it`, async () => {
    const ceremony = {
      algorithm,
      be: true,
      bs: true,
      counter: 7,
      aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d',
    };
    const passkey = await stage.registered(ceremony);
    const own = stage.authenticator.passkeys.at(-1);
    assert.deepEqual(Buffer.from(passkey.credentialId), own?.credentialId);
    assert.deepEqual(Buffer.from(passkey.publicKey), own?.publicKey);
    const { credentialId: _id, publicKey: _key, userId: _user, ...rest } = passkey;
    assert.deepEqual(rest, {
      algorithm,
      signCount: 7,
      isBackupEligible: true,
      isBackedUp: true,
      isAttested: false,
      aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d',
      transports: ['internal'],
    });
  });

test('a registration says whether the device checked its holder, and which challenge it used up', async () => {
  const response = stage.made({ uv: false });
  const verified = await verifyRegistration(response, stage.expectedAtRegistration());
  assert.ok(verified.ok);
  assert.equal(verified.isUserVerified, false);
  assert.equal(verified.mark.use, 'webauthn');
  assert.equal(verified.mark.expiresAt, stage.clock.now() + 300_000);
});

test('a page of any origin that is configured may register', async () => {
  assert.equal(await stage.register({ origin: 'https://app.id.example' }), 'ok');
});

const attacks: [string, Parameters<typeof stage.register>, keyof typeof passkeyRefusals][] = [
  ['from a page of another origin', [{ origin: 'https://id.example.evil.test' }], 'origin'],
  ['from the same host without TLS', [{ origin: 'http://id.example' }], 'origin'],
  ['for another relying party', [{ rpId: 'example' }], 'rp-id'],
  ['with the answer of another ceremony', [{ type: 'webauthn.get' }], 'type'],
  ['with a challenge of somebody else', [{ challenge: 'A'.repeat(72) }], 'challenge'],
  ['without a touch', [{ up: false }], 'user-presence'],
  [
    'unverified where policy asks for verification',
    [{ uv: false }, { policy: passkeyPolicy({ userVerification: 'required' }) }],
    'user-verification',
  ],
  ['backed up and not able to be', [{ bs: true, be: false }], 'backup-state'],
  ['in a frame of a page that keeps silent', [{ crossOrigin: true }], 'cross-origin'],
  [
    'in a frame of a named page',
    [{ crossOrigin: true, topOrigin: 'https://portal.example' }],
    'cross-origin',
  ],
  ['with a top page and no frame', [{ topOrigin: 'https://portal.example' }], 'cross-origin'],
  ['with an algorithm that was not offered', [{ saidAlgorithm: -35 }], 'algorithm'],
  ['with an algorithm that is not the key’s', [{ algorithm: -7, saidAlgorithm: -8 }], 'algorithm'],
  ['with an id of 1,024 bytes', [{ credentialId: new Uint8Array(1024).fill(7) }], 'credential-id'],
  ['with an empty id', [{ credentialId: new Uint8Array(0) }], 'credential-id'],
  ['with an extension nobody asked the browser for', [{ clientExtensionResults: { prf: {} } }], 'extension'],
  [
    'with an extension nobody asked the authenticator for',
    [{ extensions: new Map([['minPinLength', 4]]) }],
    'extension',
  ],
  [
    'of a model that policy does not name',
    [{}, { policy: passkeyPolicy({ aaguids: ['ee882879-721c-4913-9775-3dfcce97072a'] }) }],
    'model',
  ],
];
for (const [how, [ceremony, other], reason] of attacks)
  test(`a registration ${how} is refused for ${reason}`, async () => {
    assert.equal(await stage.register(ceremony, other), reason);
  });

test('an id of 1,023 bytes is the longest that is taken', async () => {
  assert.equal(await stage.register({ credentialId: new Uint8Array(1023).fill(7) }), 'ok');
});

test('an id that is not the one under the authenticator’s word is refused', async () => {
  const response = stage.made();
  const other = { ...response, id: 'AAAA', rawId: 'AAAA' };
  const outcome = await verifyRegistration(other, stage.expectedAtRegistration());
  assert.deepEqual(outcome, { ok: false, reason: 'credential-id' });
});

test('a frame is let in only when the page around it is named', async () => {
  const framed = { crossOrigin: true, topOrigin: 'https://portal.example' };
  const named = { relyingParty: { ...relyingParty, topOrigins: ['https://portal.example'] } };
  assert.equal(await stage.register(framed, named), 'ok');
  assert.equal(
    await stage.register({ ...framed, topOrigin: 'https://other.example' }, named),
    'cross-origin',
  );
  assert.equal(await stage.register({ crossOrigin: true }, named), 'cross-origin');
});

test('what browsers ask of security keys by themselves is not taken for an attack', async () => {
  assert.equal(await stage.register({ extensions: new Map([['credProtect', 2]]) }), 'ok');
});

test('a model that policy names is registered', async () => {
  const policy = passkeyPolicy({ aaguids: ['ee882879-721c-4913-9775-3dfcce97072a'] });
  assert.equal(await stage.register({ aaguid: 'ee882879-721c-4913-9775-3dfcce97072a' }, { policy }), 'ok');
});

test('a point beside its curve is no key', async () => {
  const response = stage.made();
  const object = Buffer.from(response.response.attestationObject, 'base64url');
  object[object.length - 1] = (object.at(-1) ?? 0) ^ 1;
  const attestationObject = object.toString('base64url');
  const bent = { ...response, response: { ...response.response, attestationObject } };
  assert.deepEqual(await verifyRegistration(bent, stage.expectedAtRegistration()), {
    ok: false,
    reason: 'algorithm',
  });
});

test('nothing may stand behind an attestation', async () => {
  const response = stage.made();
  const object = Buffer.from(response.response.attestationObject, 'base64url');
  const attestationObject = Buffer.concat([object, Buffer.from([0])]).toString('base64url');
  const longer = { ...response, response: { ...response.response, attestationObject } };
  const outcome = await verifyRegistration(longer, stage.expectedAtRegistration());
  assert.deepEqual(outcome, { ok: false, reason: 'malformed' });
});

test('every reason of a refusal has one sentence', () => {
  for (const [reason, sentence] of Object.entries(passkeyRefusals))
    assert.match(sentence, /^[A-Z][^.]+\.$/, reason);
});
