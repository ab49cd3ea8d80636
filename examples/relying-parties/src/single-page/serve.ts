import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import express, { type Express } from 'express';
import { listen, type Settings, settingsOf } from '../settings.ts';

/** The files of the page. This server never sees a token. */
export async function createApp({ issuer, clientId }: Settings): Promise<Express> {
  const html = await readFile(new URL('index.html', import.meta.url), 'utf8');
  const script = await bundled();
  const app = express();
  app.use((_request, response, next) => {
    response.set({
      // A script that slips in could use the tokens: nothing but our own runs, and it calls nobody but Argus.
      'content-security-policy': `default-src 'none'; script-src 'self'; connect-src 'self' ${issuer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    next();
  });
  app.get('/app.js', (_request, response) => void response.type('text/javascript').send(script));
  app.get('/settings.json', (_request, response) => void response.json({ issuer, clientId }));
  app.get(['/', '/callback'], (_request, response) => void response.type('html').send(html));
  return app;
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('app.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

if (import.meta.main) {
  const settings = settingsOf(process.env);
  await listen(await createApp(settings), settings.url);
  console.log(`Listening on ${settings.url}`);
}
