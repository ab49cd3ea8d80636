import { readFileSync } from 'node:fs';

/** The script of forms with passkeys, served at `/assets/passkey.js` as it stands. */
export const passkeyScript: string = readFileSync(new URL('./scripts/passkey.js', import.meta.url), 'utf8');
