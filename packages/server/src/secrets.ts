import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { masterKeyOf, seal, unseal } from '@argus/tokens';
import type { Random } from './services/random.ts';

/** What is derived from the master key, and the secrets that leave in cookies and links. */
export interface Secrets {
  /** The token that ties a form to its attempt or session (`subject`). */
  formToken(subject: string): string;
  isFormToken(subject: string, token: string): boolean;
  /** A device cookie's value: 32 random bytes and a tag that shows it was issued here. */
  newDeviceCookie(random: Random): string;
  /** SHA-256 of a device cookie's secret; null for a value that was never issued here. */
  deviceSecretHash(cookie: string | undefined): Uint8Array | null;
  /**
   * The same without asking who issued it: enough, and cheaper, where it is only compared with the hash of a device
   * that we know.
   */
  shownSecretHash(cookie: string | undefined): Uint8Array | null;
  /** How a client's secret is kept: keyed, because an administrator may have chosen it. */
  clientSecretHash(secret: string): Uint8Array;
  /** How the code is kept that a person carries from a device to a browser: keyed, because it is short. */
  userCodeHash(code: string): Uint8Array;
  /** Shows that a WebAuthn challenge was made here, for what `text` says; it binds without being kept. */
  challengeTag(text: string): Uint8Array;
  /** The name of nobody: a UUID that stands for an address without an account, the same each time. */
  nobodyOf(text: string): string;
  /** Encrypts what others carry or the database keeps; `purpose` says what it is and cannot be exchanged. */
  seal(purpose: string, plaintext: string): string;
  /** What was sealed for this purpose; null for anything else. */
  unseal(purpose: string, sealed: string): string | null;
  /** Signs the nonces of DPoP proofs. */
  readonly dpopNonceKey: KeyObject;
}

export function createSecrets(masterKey: Uint8Array, random: Random): Secrets {
  const formKey = derive(masterKey, 'argus form token');
  const deviceKey = derive(masterKey, 'argus device cookie');
  const clientKey = derive(masterKey, 'argus client secret');
  const userCodeKey = derive(masterKey, 'argus user code');
  const challengeKey = derive(masterKey, 'argus passkey challenge');
  const nobodyKey = derive(masterKey, 'argus nobody');
  const sealing = masterKeyOf(derive(masterKey, 'argus sealed values').export());
  const tagOf = (secret: string) =>
    createHmac('sha256', deviceKey).update(secret).digest('base64url').slice(0, 22);
  const formToken = (subject: string) => createHmac('sha256', formKey).update(subject).digest('base64url');
  return {
    formToken,
    isFormToken: (subject, token) => isEqual(formToken(subject), token),
    newDeviceCookie(random) {
      const secret = random.bytes(32).toString('base64url');
      return `${secret}.${tagOf(secret)}`;
    },
    deviceSecretHash(cookie) {
      const [secret, tag, ...rest] = (cookie ?? '').split('.');
      if (!secret || !tag || rest.length > 0 || !isEqual(tagOf(secret), tag)) return null;
      return hashOf(secret);
    },
    shownSecretHash(cookie) {
      const end = cookie?.indexOf('.') ?? -1;
      return cookie && end > 0 ? hashOf(cookie.slice(0, end)) : null;
    },
    clientSecretHash: (secret) => createHmac('sha256', clientKey).update(secret).digest(),
    userCodeHash: (code) => createHmac('sha256', userCodeKey).update(code).digest(),
    nobodyOf(text) {
      // RFC 9562 §5.8: version 8 is free to use; no user has a name of this version.
      const hex = createHmac('sha256', nobodyKey).update(text).digest('hex');
      const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
      return [...parts, hex.slice(20, 32)].join('-');
    },
    challengeTag: (text) => createHmac('sha256', challengeKey).update(text).digest(),
    seal: (purpose, plaintext) =>
      Buffer.from(seal(sealing, Buffer.from(plaintext, 'utf8'), purpose, random)).toString('base64url'),
    unseal(purpose, sealed) {
      try {
        return Buffer.from(unseal(sealing, Buffer.from(sealed, 'base64url'), purpose)).toString('utf8');
      } catch {
        // Changed, sealed for something else or by another installation: whoever carries it gets nothing.
        return null;
      }
    },
    dpopNonceKey: derive(masterKey, 'argus dpop nonce'),
  };
}

/** How the secret of a link or key is kept: it has 256 bits, so one SHA-256 suffices. */
export function hashOf(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer');
}

// Parsed once: a key that comes as bytes costs six times the HMAC itself.
function derive(masterKey: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), purpose, 32)));
}

export function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
