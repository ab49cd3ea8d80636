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

/** Where the page finds what belongs to the session. */
export interface PagePlace {
  /** Of the browser client. */
  readonly base: string;
  readonly signIn: string;
  readonly signUp: string;
  readonly account: string;
  /** Whether this page may use passkeys itself: they belong to Argus's host. */
  readonly hasPasskeys: boolean;
}

/** Behind the session gateway, Argus being elsewhere. */
export function behindGateway(issuer: string): PagePlace {
  return {
    base: '/auth',
    signIn: '/auth/sign-in?return_to=/',
    signUp: `${issuer}/sign-up`,
    account: `${issuer}/account`,
    hasPasskeys: false,
  };
}

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
export async function loadPage(at: PagePlace): Promise<PageFiles> {
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
    pageFile('/', 'text/html; charset=utf-8', placed(await readFile(place('index.html'), 'utf8'), at)),
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

/** Fills in the names in braces. They are configuration, so no visitor writes anything into the page. */
function placed(html: string, at: PagePlace): string {
  const { base, signIn, signUp, account } = at;
  const values: Record<string, string> = { base, signIn, signUp, account, passkeys: String(at.hasPasskeys) };
  return html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
}
