import { createHash } from 'node:crypto';
import { type Asked, queryOf } from './asked.ts';
import { type Attempt, attemptLines, newAttempt, secretsOf } from './attempt.ts';
import { readCookies } from './cookies.ts';
import type { GatewayCore } from './core.ts';
import type { KeptForm } from './kept-form.ts';
import { pathOf } from './kept-form.ts';
import { redirectTo } from './pages/page.ts';
import { leadOnPage } from './pages/pages.ts';
import { type Reply, reply } from './refuse.ts';
import { localPath, returnPath } from './return-to.ts';
import { findSession } from './session-cookies.ts';
import type { GatewaySettings } from './settings.ts';
import type { GatewayParts } from './verdict.ts';

export interface Beginning {
  readonly returnTo: string;
  readonly asked: Asked;
  readonly form: KeptForm | null;
}

/** Leads a browser to Argus, with all that belongs to the attempt in a cookie of its own. */
export function beginSignIn(core: GatewayCore, parts: GatewayParts, beginning: Beginning): Reply {
  const { settings } = core;
  const cookies = readCookies(parts.header('cookie'));
  const found = findSession(settings, cookies);
  const userId = found.kind === 'session' ? found.held.about.userId : null;
  const attempt = newAttempt(settings, { ...beginning, userId });
  const lines = attemptLines(settings, cookies, attempt);
  const url = authorizationUrl(settings, attempt);
  if (parts.method !== 'POST') return reply(redirectTo(url, lines));
  const link = signInUrl(settings, beginning);
  return reply(leadOnPage({ url, link, title: 'One more proof', lines }));
}

/** OIDC Core §3.1.2.1, RFC 7636 §4.3, RFC 9470 §4. */
function authorizationUrl(settings: GatewaySettings, attempt: Attempt): string {
  const { state, nonce, verifier } = secretsOf(attempt);
  const { acr, maxAgeSeconds } = attempt.asked;
  const query = new URLSearchParams({
    client_id: settings.clientId,
    redirect_uri: callbackUri(settings),
    response_type: 'code',
    scope: settings.scope,
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(settings.resource !== null && { resource: settings.resource }),
    ...(acr !== null && { acr_values: acr }),
    ...(maxAgeSeconds !== null && { max_age: String(maxAgeSeconds) }),
  });
  return `${settings.issuer.replace(/\/$/, '')}/oauth/authorize?${query}`;
}

export function callbackUri({ origin, basePath }: GatewaySettings): string {
  return `${origin}${basePath}/callback`;
}

/** Where a page leads a person who is to sign in and come back. */
export function signInUrl(
  { basePath }: GatewaySettings,
  { returnTo, asked }: Pick<Beginning, 'returnTo' | 'asked'>,
): string {
  return `${basePath}/sign-in?${new URLSearchParams({ return_to: returnTo, ...queryOf(asked) })}`;
}

/** The page that a request belongs to: itself where it loads one, else the page of this host that sent it. */
export function pageOf(settings: GatewaySettings, parts: GatewayParts): string {
  if (parts.method === 'GET' && parts.header('sec-fetch-mode') !== 'cors') {
    const isScript = parts.header('sec-fetch-dest') === 'empty';
    if (!isScript) return returnPath(pathOf(parts.url), settings);
  }
  const referer = URL.parse(parts.header('referer') ?? '');
  if (referer?.origin !== settings.origin) return '/';
  return returnPath(localPath(`${referer.pathname}${referer.search}`, settings.origin), settings);
}
