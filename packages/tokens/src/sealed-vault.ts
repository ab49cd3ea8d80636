import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { type KeyAlgorithm, type KeyUse, type SigningAlgorithm, signInPool, signNow } from './algorithm.ts';
import type { KeyVault, Signer, VaultSpec } from './key-vault.ts';
import { type MasterKey, seal, unseal } from './secret-box.ts';
import type { Random } from './services/random.ts';

/** What a sealed key is bound to. */
interface KeyName {
  readonly kid: string;
  readonly use: KeyUse;
  readonly algorithm: KeyAlgorithm;
}

const generate = promisify(generateKeyPair);
const hmacBytes = 32;

/** Access keys made and used in this process, and stored sealed under the master key. */
export function sealedVault(masterKey: MasterKey): KeyVault {
  return {
    create: (spec, random) => createSealedKey(masterKey, { ...spec, use: 'access' }, random),
    open: (record) => signerOf(record.algorithm, openSealedKey(masterKey, { ...record, use: 'access' })),
  };
}

/** A new key pair, its private half sealed. */
export async function createSealedKey(
  masterKey: MasterKey,
  spec: VaultSpec & Pick<KeyName, 'use'>,
  random: Random,
): Promise<Uint8Array> {
  const { privateKey } = await generatePair(spec);
  const material = privateKey.export({ type: 'pkcs8', format: 'der' });
  return sealAndForget(masterKey, material, { name: spec, random });
}

/** The private half of a key. Throws a fault when the record was tampered with. */
export function openSealedKey(
  masterKey: MasterKey,
  record: KeyName & { readonly sealed: Uint8Array },
): KeyObject {
  const material = unseal(masterKey, record.sealed, sealingContext(record));
  const der = Buffer.from(material.buffer, material.byteOffset, material.length);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return privateKey;
}

/** A new HMAC key for refresh tokens. */
export function createSealedSecret(masterKey: MasterKey, kid: string, random: Random): Uint8Array {
  const material = Uint8Array.from(random.bytes(hmacBytes));
  return sealAndForget(masterKey, material, { name: { kid, use: 'refresh', algorithm: 'HS256' }, random });
}

export function openSealedSecret(masterKey: MasterKey, kid: string, sealed: Uint8Array): KeyObject {
  const material = unseal(masterKey, sealed, sealingContext({ kid, use: 'refresh', algorithm: 'HS256' }));
  const secret = createSecretKey(material);
  material.fill(0);
  return secret;
}

/** Binds the sealed bytes to their name and purpose: a row edited in the database no longer opens. */
export function sealingContext({ kid, use, algorithm }: KeyName): string {
  return `argus-key ${kid} ${use} ${algorithm}`;
}

function sealAndForget(
  masterKey: MasterKey,
  material: Uint8Array,
  { name, random }: { readonly name: KeyName; readonly random: Random },
): Uint8Array {
  const sealed = seal(masterKey, material, sealingContext(name), random);
  material.fill(0);
  return sealed;
}

function generatePair({ algorithm, rsaBits }: VaultSpec) {
  switch (algorithm) {
    case 'RS256':
    case 'PS256':
      return generate('rsa', { modulusLength: rsaBits, publicExponent: 65_537 });
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generate('ed25519', {});
  }
}

/** RSA in the thread pool, the rest on this thread. */
export function signerOf(algorithm: SigningAlgorithm, signingKey: KeyObject): Signer {
  const key = { algorithm, signingKey };
  const isRsa = algorithm === 'RS256' || algorithm === 'PS256';
  return {
    publicKey: createPublicKey(signingKey),
    sign: isRsa ? (input) => signInPool(key, input) : (input) => signNow(key, input),
  };
}
