import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const core = { entry: 'index.ts', limitBytes: 6 * 1024 };
const passkeys = { entry: 'passkeys/index.ts', limitBytes: 2.5 * 1024 };

async function bundle({ entry }: typeof core) {
  return build({
    entryPoints: [fileURLToPath(new URL(`../src/${entry}`, import.meta.url))],
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
}

for (const each of [core, passkeys]) {
  test(`${each.entry} is at most ${each.limitBytes} bytes, minified and compressed`, async () => {
    const { outputFiles } = await bundle(each);
    const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
    assert.ok(bytes > 1000 && bytes <= each.limitBytes, `${bytes} bytes of ${each.limitBytes}`);
  });

  test(`nothing but the client itself is in the bundle of ${each.entry}`, async () => {
    const { metafile } = await bundle(each);
    const foreign = Object.keys(metafile.inputs).filter((path) => !/(^|\/)browser\/src\/|^src\//.test(path));
    assert.deepEqual(foreign, []);
  });
}

test('the client brings nothing of passkeys along', async () => {
  const { metafile } = await bundle(core);
  assert.deepEqual(
    Object.keys(metafile.inputs).filter((path) => /passkeys|webauthn/.test(path)),
    [],
  );
});
