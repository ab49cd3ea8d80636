import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const limitBytes = 6 * 1024;

async function bundle() {
  return build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
}

test('the client is at most 6 KB, minified and compressed', async () => {
  const { outputFiles } = await bundle();
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
  assert.ok(bytes > 1000 && bytes <= limitBytes, `${bytes} bytes of ${limitBytes}`);
});

test('nothing but the client itself is in the bundle', async () => {
  const { metafile } = await bundle();
  const foreign = Object.keys(metafile.inputs).filter((path) => !/(^|\/)browser\/src\/|^src\//.test(path));
  assert.deepEqual(foreign, []);
});
