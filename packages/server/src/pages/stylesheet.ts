import { readFileSync } from 'node:fs';

const parts = ['colours', 'frame', 'forms', 'account', 'lists', 'asks', 'proofs'] as const;

/** The one style sheet of all pages, served at `/assets/argus.css`. */
export const stylesheet: string = parts
  .map((part) => readFileSync(new URL(`./styles/${part}.css`, import.meta.url), 'utf8'))
  .join('\n');
