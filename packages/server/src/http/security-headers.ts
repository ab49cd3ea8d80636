/** Headers of every answer. */
const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'x-frame-options': 'DENY',
} as const;

const sandbox = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";
const page =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

// Never on plain http, where browsers ignore it and loopback has no certificate (RFC 6797 §7.2).
const secure = { 'strict-transport-security': 'max-age=31536000' } as const;

const onPages = { ...always, 'content-security-policy': page };
const onOthers = { ...always, 'content-security-policy': sandbox };
const onSecurePages = { ...onPages, ...secure };
const onSecureOthers = { ...onOthers, ...secure };

/** Where one page may lead, and which scripts it may run. */
export interface PagePolicy {
  /** Sources that a form's answer may redirect to: Chromium holds `form-action` against redirects too (CSP 3 §6.4.2). */
  readonly formAction?: readonly string[];
  /** It loads scripts of our own, from `/assets`. */
  readonly scripts?: boolean;
  /** `sha256-…` of an inline script. */
  readonly scriptHash?: string;
}

/** Whether a page loads a script of ours. What people wrote cannot look like it: their angle brackets are escaped. */
export function loadsScript(html: string | undefined): boolean {
  return html?.includes('<script type="module" src="/assets/') ?? false;
}

const sourceForm = /^(https?:\/\/[\w.:[\]-]+|[a-z][a-z0-9+.-]*:)$/;

/** The policy of a page that needs more than others. A source of another form than ours is left out. */
export function pagePolicy({ formAction = [], scriptHash, scripts = false }: PagePolicy): string {
  const sources = formAction.filter((source) => sourceForm.test(source));
  const more = page.replace("form-action 'self'", ["form-action 'self'", ...sources].join(' '));
  const allowed = [...(scripts ? ["'self'"] : []), ...(scriptHash === undefined ? [] : [`'${scriptHash}'`])];
  return allowed.length === 0 ? more : `${more}; script-src ${allowed.join(' ')}`;
}

/** An answer that is no page can never be rendered as one (ASVS 3.2.1). */
export function securityHeaders(kind: 'page' | 'other', isSecure: boolean): Readonly<Record<string, string>> {
  if (kind === 'page') return isSecure ? onSecurePages : onPages;
  return isSecure ? onSecureOthers : onOthers;
}
