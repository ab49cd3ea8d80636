import { browserOf, isNavigation } from './caller.ts';
import { type Cookies, readCookies } from './cookies.ts';
import type { GatewayCore } from './core.ts';
import { emptyAnswer, redirectTo } from './pages/page.ts';
import { leadOnPage } from './pages/pages.ts';
import { problemReply, type Reply, reply } from './refuse.ts';
import { findSession, type HeldSession, leftLines } from './session-cookies.ts';
import { personIn } from './standing.ts';
import type { GatewayParts } from './verdict.ts';

/** Ends what this application holds: its grant at Argus (RFC 7009) and its cookies. The session at Argus goes on. */
export async function signOut(core: GatewayCore, parts: GatewayParts): Promise<Reply> {
  const cookies = readCookies(parts.header('cookie'));
  const held = heldIn(core, cookies);
  if (held !== null) await endHere(core, held, held.refresh);
  const lines = leftLines(core.settings, cookies);
  if (!isNavigation(parts)) return reply(emptyAnswer(204, lines));
  return reply(redirectTo(`${core.settings.origin}${core.settings.signedOutPath}`, lines));
}

/**
 * Signs out at Argus as well (OIDC RP-Initiated Logout §2), and so of every application. Only for forms: the ID token
 * that names the session travels in a header, where no script of a page could read it.
 */
export async function signOutEverywhere(core: GatewayCore, parts: GatewayParts): Promise<Reply> {
  const { settings } = core;
  if (!isNavigation(parts)) {
    return problemReply(core, { code: 'invalid_request', reason: 'sign-out-by-script' });
  }
  const cookies = readCookies(parts.header('cookie'));
  const held = heldIn(core, cookies);
  // The token of the sign-in is not kept for this one moment; a refresh brings one.
  const renewed =
    held &&
    (await core.renewals.renew({ refresh: held.refresh, idleSeconds: null, browser: browserOf(parts) }));
  const fresh = renewed?.kind === 'renewed' ? renewed.tokens : null;
  if (held !== null) await endHere(core, held, fresh?.refresh ?? held.refresh);
  const about = {
    client_id: settings.clientId,
    post_logout_redirect_uri: `${settings.origin}${settings.signedOutPath}`,
  };
  const to = (fields: Readonly<Record<string, string>>) =>
    `${settings.issuer.replace(/\/$/, '')}/oauth/end_session?${new URLSearchParams(fields)}`;
  const url = to({ ...about, ...(fresh?.idToken && { id_token_hint: fresh.idToken }) });
  const lines = leftLines(settings, cookies);
  return reply(leadOnPage({ url, link: to(about), title: 'Signing out', lines }));
}

function heldIn(core: GatewayCore, cookies: Cookies): HeldSession | null {
  const found = findSession(core.settings, cookies);
  return found.kind === 'session' ? found.held : null;
}

/** Also here and at once, so that a copy of the cookies is worth nothing in this process, be Argus reached or not. */
async function endHere(core: GatewayCore, held: HeldSession, refresh: string): Promise<void> {
  core.counts.signOuts += 1;
  const principal = held.access === null ? 'none' : await personIn(core, held.access);
  if (typeof principal !== 'string') core.ended.end({ gid: principal.grantId });
  core.renewals.replace(held.refresh);
  await core.calls.revoke(refresh);
}
