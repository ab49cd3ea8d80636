import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { UserId } from '@argus/contract';
import type { PasskeyRefusal } from '../src/authenticators/passkey/passkey-refusal.ts';
import { userHandleOf } from '../src/authenticators/passkey/registration-options.ts';
import {
  type KnownPasskey,
  verifyAuthentication,
} from '../src/authenticators/passkey/verify-authentication.ts';
import { passkeyPolicy, passkeyStage, relyingParty, userId, verdict } from './passkey-stage.ts';

const stage = passkeyStage('passkey authentication');
const strangerId = '019b8c00-0000-7000-8000-00000000ffff' as UserId; // typed in, as the database would give it
let passkey: KnownPasskey;
before(async () => {
  passkey = await stage.registered();
});

test('a passkey proves its user and tells what it is now', async () => {
  const response = stage.used({ counter: 5, uv: true });
  const verified = await verifyAuthentication(response, passkey, stage.expectedAtSignIn());
  assert.ok(verified.ok);
  const isCopied = { isBackupEligible: false, isBackedUp: false };
  assert.deepEqual(verified.facts, { newSignCount: 5, isUserVerified: true, ...isCopied });
  assert.equal(verified.mark.use, 'webauthn');
});

for (const algorithm of [-8, -7, -257] as const)
  test(`a key of algorithm ${algorithm} signs in`, async () => {
    const own = passkeyStage(`authentication ${algorithm}`);
    assert.equal(await own.authenticate(await own.registered({ algorithm })), 'ok');
  });

type Told = Parameters<typeof stage.authenticate>;
const attacks: [string, Told[1], Told[2], PasskeyRefusal][] = [
  ['on a page of another origin', { origin: 'https://evil.test' }, {}, 'origin'],
  ['for another relying party', { rpId: 'evil.test' }, {}, 'rp-id'],
  ['with the answer of a registration', { type: 'webauthn.create' }, {}, 'type'],
  ['with a challenge that was not made here', { challenge: 'AAAA' }, {}, 'challenge'],
  ['without a touch', { up: false }, {}, 'user-presence'],
  [
    'unverified where policy asks for verification',
    { uv: false },
    { policy: passkeyPolicy({ userVerification: 'required' }) },
    'user-verification',
  ],
  ['that became able to be backed up', { be: true }, {}, 'backup-eligibility'],
  ['backed up and not able to be', { bs: true }, {}, 'backup-state'],
  ['in a frame', { crossOrigin: true }, {}, 'cross-origin'],
  ['in a frame of a page', { crossOrigin: true, topOrigin: 'https://evil.test' }, {}, 'cross-origin'],
  ['with a bogus signature', { signature: new Uint8Array(70).fill(48) }, {}, 'signature'],
  ['with the handle of another user', { userHandle: userHandleOf(strangerId) }, {}, 'user-handle'],
  ['without a handle where nobody was named', { userHandle: null }, {}, 'user-handle'],
  ['of another user than is meant', {}, { userId: strangerId }, 'user-handle'],
  ['with an extension of the browser', { clientExtensionResults: { appid: true } }, {}, 'extension'],
  ['with an extension of the authenticator', { extensions: new Map([['uvm', 1]]) }, {}, 'extension'],
];
for (const [how, ceremony, other, reason] of attacks)
  test(`a passkey ${how} is refused for ${reason}`, async () => {
    assert.equal(await stage.authenticate(passkey, ceremony, other), reason);
  });

test('a passkey that was able to be backed up stays so', async () => {
  const synced = passkeyStage('synced');
  const kept = await synced.registered({ be: true });
  assert.equal(await synced.authenticate(kept, { be: true, bs: true }), 'ok');
  assert.equal(await synced.authenticate(kept, { be: false }), 'backup-eligibility');
});

test('a counter only grows, unless there is none', async () => {
  const at = (signCount: number, counter: number) =>
    stage.authenticate({ ...passkey, signCount }, { counter });
  assert.equal(await at(0, 0), 'ok');
  assert.equal(await at(0, 1), 'ok');
  assert.equal(await at(9, 10), 'ok');
  assert.equal(await at(9, 9), 'counter');
  assert.equal(await at(9, 8), 'counter');
  assert.equal(await at(9, 0), 'counter');
});

test('who cannot sign cannot make a passkey look like a copy', async () => {
  const forged = { counter: 1, be: true, signature: new Uint8Array(70).fill(48) };
  assert.equal(await stage.authenticate({ ...passkey, signCount: 9 }, forged), 'signature');
});

test('the signature of another passkey is refused', async () => {
  const other = passkeyStage('another authenticator');
  await other.registered({ credentialId: passkey.credentialId });
  const options = { challenge: stage.challengeFor({ purpose: 'sign-in', subject: 'attempt' }), timeout: 1 };
  const response = other.authenticator.authenticate({
    ...options,
    rpId: relyingParty.rpId,
    allowCredentials: [],
    userVerification: 'preferred',
    hints: [],
  });
  assert.equal(verdict(await verifyAuthentication(response, passkey, stage.expectedAtSignIn())), 'signature');
});

test('an answer that names another passkey is refused', async () => {
  const response = stage.used();
  const elsewhere = { ...passkey, credentialId: new Uint8Array(32) };
  assert.equal(
    verdict(await verifyAuthentication(response, elsewhere, stage.expectedAtSignIn())),
    'credential-id',
  );
  const twoIds = { ...response, rawId: 'AAAA' };
  assert.equal(
    verdict(await verifyAuthentication(twoIds, passkey, stage.expectedAtSignIn())),
    'credential-id',
  );
});

test('a second factor may leave its handle out, for its user is known', async () => {
  assert.equal(await stage.authenticate(passkey, { userHandle: null }, { userId }), 'ok');
});

test('what was said by touching is told apart from what was verified', async () => {
  const verified = await verifyAuthentication(stage.used({ uv: false }), passkey, stage.expectedAtSignIn());
  assert.ok(verified.ok && !verified.facts.isUserVerified);
});
