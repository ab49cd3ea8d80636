import assert from 'node:assert/strict';
import { test } from 'node:test';
import { creationOptionsSchema, requestOptionsSchema } from '@argus/contract';
import { authenticationOptions } from '../src/authenticators/passkey/authentication-options.ts';
import { modelName } from '../src/authenticators/passkey/model-names.ts';
import { registrationOptions, userHandleOf } from '../src/authenticators/passkey/registration-options.ts';
import { relatedOrigins } from '../src/authenticators/passkey/relying-party.ts';
import { passkeyPolicy, relyingParty, userId } from './passkey-stage.ts';

const user = { id: userId, email: 'ada@id.example', name: 'Ada' };
const kept = { credentialId: new Uint8Array([1, 2, 3]), transports: ['internal', 'hybrid'] };
const ask = { relyingParty, policy: passkeyPolicy(), user, challenge: 'AAAA', passkeys: [kept] };

test('a new passkey is asked for with what the standard and the policy say', () => {
  const options = registrationOptions(ask);
  assert.deepEqual(creationOptionsSchema.parse(options), options);
  assert.deepEqual(options, {
    rp: { id: 'id.example', name: 'Example' },
    user: { id: 'AZuMAAAAcACAAAAAAAAAAQ', name: 'ada@id.example', displayName: 'Ada' },
    challenge: 'AAAA',
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    excludeCredentials: [{ id: 'AQID', type: 'public-key', transports: ['internal', 'hybrid'] }],
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'preferred',
    },
    hints: [],
    attestation: 'none',
    extensions: { credProps: true },
  });
});

test('policy decides about verification and attestation', () => {
  const strict = passkeyPolicy({ userVerification: 'required', attestation: 'verified' });
  const options = registrationOptions({
    ...ask,
    policy: strict,
    residentKey: 'preferred',
    hints: ['security-key'],
  });
  assert.equal(options.attestation, 'direct');
  assert.deepEqual(options.hints, ['security-key']);
  assert.deepEqual(options.authenticatorSelection, {
    residentKey: 'preferred',
    requireResidentKey: false,
    userVerification: 'required',
  });
});

test('a user handle is the sixteen bytes of the user’s id and says nothing else', () => {
  assert.equal(Buffer.from(userHandleOf(userId), 'base64url').toString('hex'), userId.replaceAll('-', ''));
});

test('a sign-in names no passkeys before it knows whose, and the user’s own afterwards', () => {
  const anybody = authenticationOptions({ ...ask, passkeys: [] });
  assert.deepEqual(requestOptionsSchema.parse(anybody), anybody);
  assert.deepEqual(anybody, {
    challenge: 'AAAA',
    timeout: 300_000,
    rpId: 'id.example',
    allowCredentials: [],
    userVerification: 'preferred',
    hints: [],
  });
  const somebody = authenticationOptions({ ...ask, hints: ['hybrid'] });
  assert.deepEqual(somebody.allowCredentials, [
    { id: 'AQID', type: 'public-key', transports: ['internal', 'hybrid'] },
  ]);
  assert.deepEqual(somebody.hints, ['hybrid']);
});

test('related origins are those of the configuration, each once', () => {
  const origins = ['https://id.example', 'https://id.example', 'https://other.example'];
  assert.deepEqual(relatedOrigins({ origins }), { origins: ['https://id.example', 'https://other.example'] });
});

test('a model is called by its name, and an unknown one not at all', () => {
  assert.equal(modelName('fbfc3007-154e-4ecc-8c0b-6e020557d7bd'), 'Apple Passwords');
  assert.equal(modelName('2fc0579f-8113-47ea-b116-bb5a8db9202a'), 'YubiKey 5 NFC');
  for (const aaguid of ['00000000-0000-0000-0000-000000000000', 'constructor', ''])
    assert.equal(modelName(aaguid), null, aaguid);
});
