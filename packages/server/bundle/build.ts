/**
 * `npm run bundle`: bundle what the strength meter knows of passwords into the script
 * `strength-words.js` of pages. The server runs from source and builds nothing, so the bundle is checked in; a test
 * fails when it is stale.
 */
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const notice =
  '/* Bundled from @zxcvbn-ts/core, @zxcvbn-ts/language-common and fastest-levenshtein (MIT). */';

/** The bundle as it should be. */
export async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL('./strength-words.ts', import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    banner: { js: notice },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

if (import.meta.main)
  writeFileSync(new URL('../src/pages/scripts/strength-words.js', import.meta.url), await bundled());
