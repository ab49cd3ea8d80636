import type { X509Certificate } from 'node:crypto';
import type { PasskeyPolicy } from '@argus/core';
import { SettingsService } from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { type Bytes, base64url, bytesOf } from './bytes.ts';
import { readCertificates } from './certificate-chain.ts';
import { isInForm } from './signature-form.ts';

/** What an authenticator says about itself when it makes a passkey (WebAuthn §6.5). */
export interface Attestation {
  /** The whole object as it came. */
  readonly text: string;
  readonly format: string;
  readonly statement: ReadonlyMap<unknown, unknown>;
  readonly authenticatorData: Bytes;
}

/** What of an attestation is looked at. */
export interface WeighedAttestation {
  /** For the library: as it came, or with the statement laid aside. */
  readonly text: string;
  /** What has to lead to a root of the model; empty where nothing is to be proved. */
  readonly chain: readonly X509Certificate[];
}

/** The IANA registry of WebAuthn attestation statement formats (RFC 8809 §2.1). */
const formats = [
  'none',
  'packed',
  'tpm',
  'android-key',
  'android-safetynet',
  'fido-u2f',
  'apple',
  'compound',
];

/**
 * Formats whose certificates can prove a model by its AAGUID. U2F keys have none. For Android keys the library takes
 * the root from the sender and fetches what addresses stand in it before it asks whether that root is known, so
 * strangers could make this server call others: those are never handed to it.
 */
const proving = ['packed', 'tpm', 'apple'];

// Trust comes from the metadata alone. With roots of its own the library would also fetch lists of revoked certificates.
for (const identifier of ['android-key', 'android-safetynet', 'apple', 'mds'] as const)
  SettingsService.setRootCertificates({ identifier, certificates: [] });

/** Null for what is no attestation object (WebAuthn §6.5.4). */
export function readAttestation(text: string): Attestation | null {
  const bytes = bytesOf(text);
  if (!bytes) return null;
  try {
    const object: unknown = isoCBOR.decodeFirst(bytes);
    if (!(object instanceof Map) || object.size !== 3) return null;
    // CTAP2 §8: there is one encoding, and nothing behind it.
    if (isoCBOR.encode(object).length !== bytes.length) return null;
    const [format, statement, data]: unknown[] = ['fmt', 'attStmt', 'authData'].map((key) => object.get(key));
    if (typeof format !== 'string' || !(statement instanceof Map) || !(data instanceof Uint8Array))
      return null;
    return { text, format, statement, authenticatorData: new Uint8Array(data) };
  } catch {
    // No CBOR, or nested until the stack ends: whoever sent it made it so.
    return null;
  }
}

/**
 * What is to be verified, or null when it cannot be what policy asks for. Where policy asks for nothing, a key that
 * signs for itself is checked, for that costs nothing; what speaks for the model is laid aside unread, since it would
 * not be believed and reading certificates of strangers only adds ways to go wrong.
 */
export function weighAttestation(
  { text, format, statement, authenticatorData }: Attestation,
  policy: Pick<PasskeyPolicy, 'attestation'>,
  algorithm: number,
): WeighedAttestation | null {
  if (!formats.includes(format)) return null;
  const x5c: unknown = statement.get('x5c');
  if (policy.attestation === 'verified') {
    const isProving = proving.includes(format) && (format === 'apple' || isSignedInForm(statement));
    const chain = isProving ? readCertificates(x5c) : null;
    return chain && { text, chain };
  }
  if (format === 'none') return { text, chain: [] };
  if (format === 'packed' && x5c === undefined)
    // WebAuthn §8.2: what signs for itself signs with the passkey's own algorithm.
    return statement.get('alg') === algorithm && isSignedInForm(statement) ? { text, chain: [] } : null;
  return { text: withoutStatement(authenticatorData), chain: [] };
}

function isSignedInForm(statement: ReadonlyMap<unknown, unknown>): boolean {
  return isInForm(statement.get('alg'), statement.get('sig'));
}

function withoutStatement(authenticatorData: Bytes): string {
  const object = new Map<string, string | Bytes | Map<string, string>>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authenticatorData],
  ]);
  return base64url(isoCBOR.encode(object));
}
