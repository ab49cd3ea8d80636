import { createCipheriv } from 'node:crypto';
import type { HashKind } from '../stored-hash.ts';
import { isBearable, scryptCostsOf, scryptOf } from './scrypt.ts';
import { areUsable, bytesOf, isSame, notReadable, settingsOf, tooCostly } from './text.ts';

/**
 * Firebase's scrypt: `$firebase-scrypt$n=..,r=..,sk=..,ss=..$salt$hash` with the memory cost and the rounds of the
 * project's hash parameters, its signer key and its salt separator, all in base64 (github.com/firebase/scrypt).
 * The key that scrypt makes of the password encrypts the signer key by AES-256 in counter mode; the hash is the result.
 */
export const firebaseScrypt: HashKind = {
  beginnings: ['$firebase-scrypt$'],
  read(text) {
    const [, , settings, saltText, hashText, ...rest] = text.split('$');
    const read = settingsOf(settings, ['n', 'r', 'sk', 'ss']);
    const parts = { salt: bytesOf(saltText ?? ''), hash: bytesOf(hashText ?? '') };
    const signerKey = bytesOf(read?.sk ?? '');
    const separator = bytesOf(read?.ss ?? '');
    const costs = scryptCostsOf({ ln: read?.n, r: read?.r, p: '1' });
    if (!costs || !signerKey || !separator || rest.length > 0) return notReadable;
    const { salt, hash } = parts;
    if (!salt || !hash || !areUsable(salt, hash) || signerKey.length !== hash.length) return notReadable;
    if (!isBearable(costs)) return tooCostly;
    const salted = Buffer.concat([salt, separator]);
    return {
      isHashOf(password) {
        const made = scryptOf(password, { salt: salted, costs, bytes: 32 });
        const cipher = createCipheriv('aes-256-ctr', made, Buffer.alloc(16));
        return isSame(Buffer.concat([cipher.update(signerKey), cipher.final()]), hash);
      },
    };
  },
};
