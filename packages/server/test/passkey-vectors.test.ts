import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuthenticationResponse, RegistrationResponse } from '@argus/contract';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import {
  decodeAttestationObject,
  decodeCredentialPublicKey,
  parseAuthenticatorData,
} from '@simplewebauthn/server/helpers';
import type { Metadata } from '../src/authenticators/passkey/metadata.ts';
import { userHandleOf } from '../src/authenticators/passkey/registration-options.ts';
import type { RelyingParty } from '../src/authenticators/passkey/relying-party.ts';
import {
  type KnownPasskey,
  verifyAuthentication,
} from '../src/authenticators/passkey/verify-authentication.ts';
import { verifyRegistration } from '../src/authenticators/passkey/verify-registration.ts';
import { passkeyPolicy, userId, verdict } from './passkey-stage.ts';
import { fates } from './passkey-vector-fates.ts';

interface Example {
  readonly kind: 'registration' | 'authentication' | 'other';
  readonly hex: Readonly<Record<string, string>>;
}
interface VectorFile {
  readonly vectors: readonly { readonly title: string; readonly examples: readonly Example[] }[];
}

const file = join(process.env.ARGUS_VECTORS ?? '', 'webauthn-l3/webauthn-l3-vectors.json');
const isThere = process.env.ARGUS_VECTORS !== undefined && existsSync(file);
const skip = isThere ? false : 'ARGUS_VECTORS is not set: the WebAuthn Level 3 vectors were not run';

const relyingParty: RelyingParty = {
  rpId: 'example.org',
  rpName: 'Vectors',
  origins: ['https://example.org'],
};
const now = Date.UTC(2026, 0, 5);

/** One pair as browsers would send it, and what is kept of its passkey. */
function pairOf(title: string) {
  // The shape is the vector authors' business; a wrong claim fails the tests.
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as VectorFile;
  const examples = vectors.find((vector) => vector.title === title)?.examples ?? [];
  const hexOf = (kind: Example['kind']) => examples.find((example) => example.kind === kind)?.hex ?? {};
  const [made, used] = [hexOf('registration'), hexOf('authentication')];
  const id = text(made.credential_id);
  const envelope = { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const;
  const attestationObject = text(made.attestationObject);
  const registration: RegistrationResponse = {
    ...envelope,
    response: { clientDataJSON: text(made.clientDataJSON), attestationObject, transports: [] },
  };
  const authentication: AuthenticationResponse = {
    ...envelope,
    response: {
      clientDataJSON: text(used.clientDataJSON),
      authenticatorData: text(used.authenticatorData),
      signature: text(used.signature),
      userHandle: userHandleOf(userId),
    },
  };
  const object = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')));
  const data = parseAuthenticatorData(object.get('authData'));
  const passkey: KnownPasskey = {
    userId,
    credentialId: data.credentialID ?? new Uint8Array(),
    publicKey: data.credentialPublicKey ?? new Uint8Array(),
    algorithm: Number(decodeCredentialPublicKey(data.credentialPublicKey ?? new Uint8Array()).get(3)),
    signCount: data.counter,
    isBackupEligible: data.flags.be,
  };
  const aaguid = Buffer.from(data.aaguid ?? [])
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return {
    registration,
    authentication,
    passkey,
    aaguid,
    made: text(made.challenge),
    used: text(used.challenge),
  };
}
type Pair = ReturnType<typeof pairOf>;

function text(hex: string | undefined): string {
  return Buffer.from(hex ?? '', 'hex').toString('base64url');
}

const known = (challenge: string) => (said: string) =>
  said === challenge ? ({ use: 'webauthn', hash: new Uint8Array(32), expiresAt: now } as const) : null;

async function register(pair: Pair, other: Partial<Parameters<typeof verifyRegistration>[1]> = {}) {
  return verifyRegistration(pair.registration, {
    relyingParty,
    policy: passkeyPolicy(),
    metadata: null,
    now,
    readChallenge: known(pair.made),
    ...other,
  });
}

async function authenticate(pair: Pair, party = relyingParty) {
  const expected = {
    relyingParty: party,
    policy: passkeyPolicy(),
    userId: null,
    readChallenge: known(pair.used),
  };
  return verifyAuthentication(pair.authentication, pair.passkey, expected);
}

/** Metadata that know this model by the root of the vectors. */
function metadataFor({ aaguid }: Pair): Metadata {
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as VectorFile; // as above
  const der = vectors[0]?.examples[0]?.hex.attestation_ca_cert ?? '';
  const root = new X509Certificate(Buffer.from(der, 'hex'));
  const models = new Map([[aaguid, { description: 'Test vectors', roots: [root], isBroken: false }]]);
  return { models, serial: 1, staleAt: now + 1, trustHash: '' };
}

test('the table names every pair of the vectors', { skip }, () => {
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as VectorFile; // as above
  const pairs = vectors.filter(({ examples }) => examples.some(({ kind }) => kind === 'registration'));
  assert.equal(pairs.length, 15);
  assert.deepEqual(
    pairs.map(({ title }) => title),
    fates.map(({ title }) => title),
  );
});

for (const fate of fates) {
  test(`the library alone does with “${fate.title}” what the table says`, { skip }, async () => {
    assert.deepEqual(await libraryAlone(pairOf(fate.title)), fate.library);
  });

  test(`the wrapper decides on “${fate.title}”: ${fate.because}`, { skip }, async () => {
    const pair = pairOf(fate.title);
    const plain = [verdict(await register(pair)), verdict(await authenticate(pair))];
    assert.deepEqual(plain, fate.plain);
    const policy = passkeyPolicy({ attestation: 'verified' });
    assert.equal(verdict(await register(pair, { policy, metadata: metadataFor(pair) })), fate.proved);
  });
}

/** With UV as the vectors have it, and the algorithms that the wrapper offers. */
async function libraryAlone(
  { registration, authentication, passkey, made, used }: Pair,
  {
    algorithms = [-8, -7, -257],
    topOrigin = {},
  }: { algorithms?: number[]; topOrigin?: { expectedTopOrigin?: string } } = {},
) {
  const common = {
    expectedOrigin: 'https://example.org',
    expectedRPID: 'example.org',
    requireUserVerification: false,
  };
  const { id } = registration;
  const tried = [
    verifyRegistrationResponse({
      response: { ...registration, response: { ...registration.response, transports: [] } },
      expectedChallenge: made,
      supportedAlgorithmIDs: algorithms,
      ...common,
    }),
    verifyAuthenticationResponse({
      response: {
        ...authentication,
        response: { ...authentication.response, userHandle: userHandleOf(userId) },
      },
      expectedChallenge: used,
      credential: { id, publicKey: new Uint8Array(passkey.publicKey), counter: passkey.signCount },
      ...topOrigin,
      ...common,
    }),
  ];
  const settled = await Promise.allSettled(tried);
  return settled.map((one) => (one.status === 'rejected' ? 'thrown' : one.value.verified ? 'ok' : 'false'));
}

test('with all of its algorithms and the top page named, the library alone passes 11 of 15 pairs', {
  skip,
}, async () => {
  const all = {
    algorithms: [-7, -8, -35, -36, -53, -257],
    topOrigin: { expectedTopOrigin: 'https://example.com' },
  };
  const failing: string[] = [];
  for (const { title } of fates)
    if ((await libraryAlone(pairOf(title), all)).some((outcome) => outcome !== 'ok')) failing.push(title);
  assert.deepEqual(failing, [
    'Packed Attestation with Ed448 Credential',
    'TPM Attestation with ES256 Credential',
    'Android Key Attestation with ES256 Credential',
    'FIDO U2F Attestation with ES256 Credential',
  ]);
});

test('the pair with a top origin passes when that page is named', { skip }, async () => {
  const pair = pairOf('ES256 Credential with "topOrigin" in clientDataJSON');
  const party = { ...relyingParty, topOrigins: ['https://example.com'] };
  assert.equal(verdict(await register(pair, { relyingParty: party })), 'ok');
  assert.equal(verdict(await authenticate(pair, party)), 'ok');
});
