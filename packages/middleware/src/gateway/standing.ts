import { type AccessClaims, isOfPerson, parseStrictObject } from '@argus/tokens';
import { type PersonPrincipal, principalOf } from '../principal.ts';
import { proveToken } from '../token-check.ts';
import { browserOf, isNavigation } from './caller.ts';
import { type Cookies, readCookies } from './cookies.ts';
import type { GatewayCore } from './core.ts';
import type { Renewed } from './renewals.ts';
import { type About, endedLines, findSession, type HeldSession, sessionLines } from './session-cookies.ts';
import type { GatewayParts, HeaderLine } from './verdict.ts';

export interface SignedIn {
  readonly kind: 'signed-in';
  readonly principal: PersonPrincipal;
  readonly access: string;
  readonly held: HeldSession;
  /** New cookies, where there are some. */
  readonly lines: readonly HeaderLine[];
}

/** Who sends a request, as its cookies say, after what had to be renewed was renewed. */
export type Standing =
  | SignedIn
  | {
      readonly kind: 'nobody' | 'ended';
      readonly reason: string;
      readonly lines: readonly HeaderLine[];
      /** Who was signed in. */
      readonly userId: string | null;
    }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number };

/** Whether to renew now, and what to tell of the person's activity. */
export interface Wish {
  readonly isForced: boolean;
  /** Null: none. */
  readonly idleSeconds: number | null;
}

/** An access token is renewed this long before its end, or in the last quarter of a short one. */
const aheadMs = 60_000;

export function standingOf(core: GatewayCore, parts: GatewayParts): Promise<Standing> {
  const isActive = core.settings.activity === 'requests' || isNavigation(parts);
  return renewedStanding(core, parts, { isForced: false, idleSeconds: isActive ? 0 : null });
}

export async function renewedStanding(core: GatewayCore, parts: GatewayParts, wish: Wish): Promise<Standing> {
  const cookies = readCookies(parts.header('cookie'));
  const found = findSession(core.settings, cookies);
  if (found.kind !== 'session') {
    const lines = endedLines(core.settings, cookies);
    return {
      kind: 'nobody',
      reason: found.kind === 'none' ? 'no-cookie' : 'spoilt-cookie',
      lines,
      userId: null,
    };
  }
  const { held } = found;
  const over = (reason: string): Standing => {
    const lines = endedLines(core.settings, cookies);
    return { kind: 'ended', reason, lines, userId: held.about.userId };
  };
  if (isOver(core, held.about)) return over('ended-here');
  const living = held.access === null ? null : await principalIn(core, held.access);
  if (living !== null && core.ended.isEnded(living.claims)) return over('ended-here');
  const known = living && held.access ? await endOf(core, living, held.access) : 'live';
  if (known === 'ended') return over('ended-at-argus');
  if (known === 'unknown') return unavailable('revocations-unknown', 1);
  const before: Standing | null =
    living && held.access
      ? { kind: 'signed-in', principal: living, access: held.access, held, lines: [] }
      : null;
  if (before !== null && !wish.isForced && !isDue(core, before.principal)) return before;
  // Who asks for a refresh is not told of one that did not happen.
  const passing = wish.isForced ? null : before;
  const renewed = await core.renewals.renew({
    refresh: held.refresh,
    idleSeconds: wish.idleSeconds,
    browser: browserOf(parts),
  });
  switch (renewed.kind) {
    case 'ended':
      return over('session-over');
    case 'renewed':
      return (
        (await takeRenewed(core, { cookies, held, renewed })) ?? before ?? unavailable('unusable-token', 5)
      );
    case 'replaced':
      return passing ?? unavailable('replaced-cookie', 1);
    case 'unavailable':
      return passing ?? unavailable(renewed.error ?? 'argus-unavailable', renewed.retryAfterSeconds);
  }
}

/** Whether anything that the token stands on has ended, as far as the link to Argus knows; without one it counts as live. */
async function endOf(
  { settings, ends }: GatewayCore,
  principal: PersonPrincipal,
  access: string,
): Promise<'live' | 'ended' | 'unknown'> {
  const { argus } = settings.access;
  if (!argus) return 'live';
  const token = ends.get(principal) ?? { claims: principal.claims };
  ends.set(principal, token);
  return argus.revocations.standingOf(token, access);
}

function isOver({ ended }: GatewayCore, { sessionId: sid, userId: sub }: About): boolean {
  return ended.isEnded({ sid, sub, sct: Number.POSITIVE_INFINITY });
}

interface Renewing {
  readonly cookies: Cookies;
  readonly held: HeldSession;
  readonly renewed: Extract<Renewed, { kind: 'renewed' }>;
}

async function takeRenewed(
  core: GatewayCore,
  { cookies, held, renewed: { tokens } }: Renewing,
): Promise<Standing | null> {
  const { access, refresh, limits } = tokens;
  const principal = await principalIn(core, access);
  if (principal === null || principal.sessionId !== held.about.sessionId) return null;
  if (core.ended.isEnded(principal.claims)) {
    const lines = endedLines(core.settings, cookies);
    return { kind: 'ended', reason: 'ended-here', lines, userId: principal.userId };
  }
  const next = { access, refresh, about: { ...held.about, ...limits } };
  const lines = sessionLines(core.settings, cookies, next);
  return { kind: 'signed-in', principal, access, held: next, lines };
}

/**
 * Whom a live access token of this client is about. What Argus's keys do not prove is null; but while Argus cannot be
 * asked for its keys at all, the seal of the cookie vouches for what was proved when it was made.
 */
export async function principalIn(core: GatewayCore, access: string): Promise<PersonPrincipal | null> {
  const proof = await proveToken(core.tokens, { ok: true, source: 'cookie', token: access });
  const isUnproven = !proof.ok && proof.reason === 'issuer-unreachable';
  const principal = proof.ok ? proof.principal : isUnproven ? sealedPrincipal(access) : null;
  if (principal?.kind !== 'person' || principal.clientId !== core.settings.clientId) return null;
  return principal.expiresAt > core.settings.clock.now() ? principal : null;
}

function sealedPrincipal(access: string) {
  const payload = parseStrictObject(Buffer.from(access.split('.')[1] ?? '', 'base64url'));
  // It came from Argus's own token endpoint (OIDC Core §3.1.3.7, point 6), so the shape is known.
  const claims = payload as AccessClaims | undefined;
  return claims && isOfPerson(claims) ? principalOf(claims, 'cookie') : null;
}

function isDue({ settings }: GatewayCore, { expiresAt, claims }: PersonPrincipal): boolean {
  const lifeMs = expiresAt - claims.iat * 1000;
  return expiresAt - settings.clock.now() <= Math.min(aheadMs, lifeMs / 4);
}

function unavailable(reason: string, retryAfterSeconds: number): Standing {
  return { kind: 'unavailable', reason, retryAfterSeconds };
}
