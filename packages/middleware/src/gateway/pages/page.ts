import { createHash } from 'node:crypto';
import type { GatewayAnswer, HeaderLine } from '../verdict.ts';

/** Text that is already safe to stand in a page. */
export interface Html {
  readonly html: string;
}

export interface Page {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  /** Loads this or another page after some seconds, by a header: what stands in a page, scripts could read. */
  readonly refresh?: { readonly seconds: number; readonly url?: string };
  readonly headers?: readonly HeaderLine[];
  /** Where forms may lead, if not to this origin alone. */
  readonly formAction?: string;
  /** A script of ours, allowed by its hash. */
  readonly script?: string;
}

const style = `:root{color-scheme:light dark;--ink:#1b1d22;--soft:#4a4f5a;--paper:#fff;--line:#c9ced8;--act:#1d4ed8;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#eceef2;--soft:#b4bac6;--paper:#15171c;--line:#3a404c;--act:#9db8ff;--on:#10131a}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:12vh 1.25rem 3rem}h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}
p{margin:0 0 1rem;color:var(--soft);overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;margin:0 0 1.25rem;table-layout:fixed}
th,td{text-align:left;vertical-align:top;padding:.4rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere;white-space:pre-wrap}
th{width:35%;font-weight:600}form{display:inline}a{color:var(--act)}
.act{display:inline-block;margin:0 .75rem .75rem 0;padding:.6rem 1.1rem;border:1px solid var(--act);border-radius:.5rem;background:var(--act);color:var(--on);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.act.second{background:none;color:var(--act)}:focus-visible{outline:3px solid var(--act);outline-offset:2px}`;

const styleHash = hashOf(style);

/** A whole page of the gateway: no script but ours, nothing from elsewhere, never kept and never framed. */
export function pageAnswer({
  status,
  title,
  body,
  refresh,
  headers = [],
  script,
  formAction,
}: Page): GatewayAnswer {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    ...(script === undefined ? [] : [`script-src 'sha256-${hashOf(script)}'`]),
    `form-action ${formAction ?? "'self'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const scripted = script === undefined ? '' : `<script>${script}</script>`;
  const { html } = body;
  return {
    status,
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ['content-security-policy', policy],
      ['x-frame-options', 'DENY'],
      ...quietHeaders,
      ...(refresh ? [['refresh', refreshOf(refresh)] as const] : []),
      ...headers,
    ],
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1>${html}</main>${scripted}</body></html>`,
  };
}

/** On everything that the gateway answers by itself. */
export const quietHeaders: readonly HeaderLine[] = [
  ['cache-control', 'no-store'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['cross-origin-resource-policy', 'same-origin'],
];

export function redirectTo(location: string, lines: readonly HeaderLine[] = []): GatewayAnswer {
  const headers: HeaderLine[] = [['location', location], ...quietHeaders, frameless, ...lines];
  return { status: 303, headers, body: '' };
}

export function jsonAnswer(status: number, body: object, lines: readonly HeaderLine[] = []): GatewayAnswer {
  const headers: HeaderLine[] = [['content-type', 'application/json'], ...quietHeaders, frameless, ...lines];
  return { status, headers, body: JSON.stringify(body) };
}

export function emptyAnswer(status: number, lines: readonly HeaderLine[] = []): GatewayAnswer {
  return { status, headers: [...quietHeaders, frameless, ...lines], body: '' };
}

export const frameless: HeaderLine = [
  'content-security-policy',
  "default-src 'none'; frame-ancestors 'none'",
];

export function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}

export function wayOn(href: string, label: string): string {
  return `<a class="act" href="${escaped(href)}">${escaped(label)}</a>`;
}

/** Carriage returns too: a parser of HTML would drop them, and a form would be sent on otherwise than it came. */
export function escaped(text: string): string {
  return text.replace(/[&<>"'\r\n]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function refreshOf({ seconds, url }: NonNullable<Page['refresh']>): string {
  return url === undefined ? String(seconds) : `${seconds};url=${url}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
