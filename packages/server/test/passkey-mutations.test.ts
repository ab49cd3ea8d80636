import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  type AuthenticationResponse,
  authenticationResponseSchema,
  type RegistrationResponse,
  registrationResponseSchema,
} from '@argus/contract';
import fc from 'fast-check';
import { passkeyRefusals } from '../src/authenticators/passkey/passkey-refusal.ts';
import {
  type KnownPasskey,
  verifyAuthentication,
} from '../src/authenticators/passkey/verify-authentication.ts';
import { verifyRegistration } from '../src/authenticators/passkey/verify-registration.ts';
import { passkeyStage, verdict } from './passkey-stage.ts';

const stage = passkeyStage('passkey mutations');
let passkey: KnownPasskey;
let used: AuthenticationResponse;
let made: RegistrationResponse;
before(async () => {
  passkey = await stage.registered();
  used = stage.used();
  // It signs for itself: without that, the standard leaves the new key and its model unsigned.
  made = stage.made({ attestation: 'self' });
});

const change = fc.record({
  how: fc.constantFrom('replace' as const, 'remove' as const, 'insert' as const, 'cut' as const),
  place: fc.nat(),
  byte: fc.integer({ min: 1, max: 255 }),
});
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

/** Another text than before, always. */
function bent(text: string, { how, place, byte }: Change): string {
  const bytes = Buffer.from(text, 'base64url');
  const at = place % bytes.length;
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (how) {
    case 'replace':
      return Buffer.concat([head, Buffer.from([(bytes[at] ?? 0) ^ byte]), tail.subarray(1)]).toString(
        'base64url',
      );
    case 'remove':
      return Buffer.concat([head, tail.subarray(1)]).toString('base64url');
    case 'insert':
      return Buffer.concat([head, Buffer.from([(bytes[at] ?? 0) ^ byte]), tail]).toString('base64url');
    case 'cut':
      return head.toString('base64url');
  }
}

test('the answers that are changed below are good as they are', async () => {
  assert.equal(verdict(await verifyAuthentication(used, passkey, stage.expectedAtSignIn())), 'ok');
  assert.equal(verdict(await verifyRegistration(made, stage.expectedAtRegistration())), 'ok');
});

test('no change of a good answer signs in, and none throws', async () => {
  const part = fc.constantFrom('clientDataJSON' as const, 'authenticatorData' as const, 'signature' as const);
  const property = fc.asyncProperty(part, change, async (name, by) => {
    const response = { ...used, response: { ...used.response, [name]: bent(used.response[name], by) } };
    const outcome = verdict(await verifyAuthentication(response, passkey, stage.expectedAtSignIn()));
    assert.ok(outcome in passkeyRefusals, outcome);
  });
  await fc.assert(property, { numRuns: 1500, seed: 20260105 });
});

test('no change of a good answer registers, and none throws', async () => {
  const part = fc.constantFrom('clientDataJSON' as const, 'attestationObject' as const);
  const property = fc.asyncProperty(part, change, async (name, by) => {
    const response = { ...made, response: { ...made.response, [name]: bent(made.response[name], by) } };
    const outcome = verdict(await verifyRegistration(response, stage.expectedAtRegistration()));
    assert.ok(outcome in passkeyRefusals, outcome);
  });
  await fc.assert(property, { numRuns: 1500, seed: 20260105 });
});

test('a signature has one spelling', async () => {
  const signature = Buffer.from(used.response.signature, 'base64url');
  const [tag = 0, ...rest] = signature;
  // The library alone takes both for the same two numbers.
  for (const other of [Buffer.from([tag ^ 0x80, ...rest]), Buffer.concat([signature, Buffer.from([0])])]) {
    const response = { ...used, response: { ...used.response, signature: other.toString('base64url') } };
    assert.equal(
      verdict(await verifyAuthentication(response, passkey, stage.expectedAtSignIn())),
      'signature',
    );
  }
});

test('what is no answer at all is refused and never throws', async () => {
  const junk = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
  const property = fc.asyncProperty(junk, junk, async (a, b) => {
    const registration = { ...made, response: { ...made.response, attestationObject: a, clientDataJSON: b } };
    assert.equal(
      verdict(await verifyRegistration(registration, stage.expectedAtRegistration())),
      'malformed',
    );
    const onlyObject = { ...made, response: { ...made.response, attestationObject: a } };
    assert.equal(verdict(await verifyRegistration(onlyObject, stage.expectedAtRegistration())), 'malformed');
    const onlyData = { ...used, response: { ...used.response, authenticatorData: a, signature: b } };
    const outcome = verdict(await verifyAuthentication(onlyData, passkey, stage.expectedAtSignIn()));
    assert.ok(['malformed', 'rp-id'].includes(outcome), outcome);
  });
  await fc.assert(property, { numRuns: 300, seed: 20260105 });
});

test('CBOR that is nested until the stack ends is refused', async () => {
  const deep = Buffer.alloc(24_000, 0x81).toString('base64url');
  const response = { ...made, response: { ...made.response, attestationObject: deep } };
  assert.equal(verdict(await verifyRegistration(response, stage.expectedAtRegistration())), 'malformed');
});

test('client data that are JSON and no object are refused', async () => {
  for (const json of [
    'null',
    '[]',
    '7',
    '"x"',
    '{"type":1}',
    '\uFEFF',
    '{"type":"webauthn.get","challenge":"","origin":"","crossOrigin":"no"}',
  ]) {
    const clientDataJSON = Buffer.from(json).toString('base64url');
    const response = { ...used, response: { ...used.response, clientDataJSON } };
    assert.equal(
      verdict(await verifyAuthentication(response, passkey, stage.expectedAtSignIn())),
      'malformed',
      json,
    );
  }
});

test('the contract takes what browsers answer, leaves out what it does not know, and bounds the rest', () => {
  const browser = {
    ...made,
    authenticatorAttachment: 'platform',
    response: { ...made.response, publicKeyAlgorithm: -7 },
  };
  assert.deepEqual(registrationResponseSchema.parse(browser), made);
  assert.deepEqual(
    authenticationResponseSchema.parse({ ...used, authenticatorAttachment: 'platform' }),
    used,
  );
  const long = { ...made, response: { ...made.response, attestationObject: 'A'.repeat(32_769) } };
  assert.equal(registrationResponseSchema.safeParse(long).success, false);
  const padded = { ...used, response: { ...used.response, signature: 'AA==' } };
  assert.equal(authenticationResponseSchema.safeParse(padded).success, false);
});
