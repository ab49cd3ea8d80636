import { readFileSync } from 'node:fs';

/** The scripts of pages as they stand, by the name under which `/assets` serves them. */
export const pageScripts: Readonly<Record<string, string>> = Object.fromEntries(
  ['passkey.js', 'strength.js', 'strength-words.js', 'window.js'].map((name) => [
    name,
    readFileSync(new URL(`./scripts/${name}`, import.meta.url), 'utf8'),
  ]),
);
