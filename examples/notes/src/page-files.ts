import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import express from 'express';

export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly body: string;
  readonly etag: string;
}

export type PageFiles = readonly PageFile[];

/** Scripts, styles and calls only from this origin; nothing inline, no frames, no foreign forms. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cache-control': 'no-cache',
};

/** Read the page and bundle its script with the browser client, once at start. */
export async function loadPage(): Promise<PageFiles> {
  const place = (name: string) => fileURLToPath(new URL(`page/${name}`, import.meta.url));
  const bundle = await build({
    entryPoints: [place('app.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return [
    pageFile('/', 'text/html; charset=utf-8', await readFile(place('index.html'), 'utf8')),
    pageFile('/app.css', 'text/css; charset=utf-8', await readFile(place('app.css'), 'utf8')),
    pageFile('/app.js', 'text/javascript; charset=utf-8', bundle.outputFiles[0]?.text ?? ''),
  ];
}

export function pageRoutes(files: PageFiles): express.Router {
  const router = express.Router();
  for (const { path, type, body, etag } of files) {
    router.get(path, (_request, response) => {
      // Express answers 304 by itself when the browser has this very file.
      response.set({ ...headers, 'content-type': type, etag }).send(body);
    });
  }
  return router;
}

function pageFile(path: string, type: string, body: string): PageFile {
  return { path, type, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}
