import { type AccessClaims, isOfPerson, parseStrictObject } from '@argus/tokens';
import { endOf } from '../end-check.ts';
import { type PersonPrincipal, principalOf } from '../principal.ts';
import { proveToken } from '../token-check.ts';
import { browserOf, isNavigation, isOpeningSocket } from './caller.ts';
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
    const reason = found.kind === 'none' ? 'no-cookie' : 'spoilt-cookie';
    return { kind: 'nobody', reason, lines: takenBack(core, parts, cookies), userId: null };
  }
  const { held } = found;
  const over = (): Standing => {
    return {
      kind: 'ended',
      reason: 'ended',
      lines: takenBack(core, parts, cookies),
      userId: held.about.userId,
    };
  };
  if (isOver(core, held.about)) return over();
  const living = held.access === null ? 'none' : await personIn(core, held.access);
  if (living === 'ended') return over();
  if (living === 'unknown') return unavailable('revocations-unknown', 1);
  const before: SignedIn | null =
    living !== 'none' && held.access !== null
      ? { kind: 'signed-in', principal: living, access: held.access, held, lines: [] }
      : null;
  const isLater = isOpeningSocket(parts) || (before !== null && !isDue(core, before.principal));
  if (before !== null && !wish.isForced && isLater) return before;
  const { idleSeconds } = wish;
  const asked = { refresh: held.refresh, idleSeconds, browser: browserOf(parts) };
  const renewed = await core.renewals.renew(asked);
  // Who asks for a refresh is not told of one that did not happen.
  const passing = wish.isForced ? null : before;
  switch (renewed.kind) {
    case 'ended':
      return over();
    case 'renewed': {
      const taken = await takeRenewed(core, { cookies, held, renewed });
      return taken === 'ended' ? over() : (taken ?? before ?? unavailable('unusable-token', 5));
    }
    case 'replaced':
      return passing ?? unavailable('replaced-cookie', 1);
    case 'unavailable':
      return passing ?? unavailable(renewed.error ?? 'argus-unavailable', renewed.retryAfterSeconds);
  }
}

/**
 * Cookies that are good for nothing are taken back by the answer to a page, and by no script's: many of those are on
 * their way at once, and one that set out before a sign-in or step-up would take away what that has set meanwhile.
 */
function takenBack({ settings }: GatewayCore, parts: GatewayParts, cookies: Cookies): readonly HeaderLine[] {
  return isNavigation(parts) ? endedLines(settings, cookies) : [];
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
): Promise<Standing | 'ended' | null> {
  const { access, refresh, limits } = tokens;
  const principal = await personIn(core, access);
  if (principal === 'ended') return 'ended';
  if (typeof principal === 'string' || principal.sessionId !== held.about.sessionId) return null;
  const next = { access, refresh, about: { ...held.about, ...limits } };
  const lines = sessionLines(core.settings, cookies, next);
  if (lines === 'too-large') return unavailable('session-too-large', 30);
  return { kind: 'signed-in', principal, access, held: next, lines };
}

/**
 * Whom a live access token of this client is about; `none` for what Argus's keys do not prove. But while Argus cannot be
 * asked for its keys at all, the seal of the cookie vouches for what was proved when it was made.
 */
export async function personIn(
  core: GatewayCore,
  access: string,
): Promise<PersonPrincipal | 'none' | 'ended' | 'unknown'> {
  const proof = await proveToken(core.tokens, { ok: true, source: 'cookie', token: access });
  const isUnproven = !proof.ok && proof.reason === 'issuer-unreachable';
  const principal = proof.ok ? proof.principal : isUnproven ? sealedPrincipal(access) : null;
  if (principal?.kind !== 'person' || principal.clientId !== core.settings.clientId) return 'none';
  if (principal.expiresAt <= core.settings.clock.now()) return 'none';
  if (core.ended.isEnded(principal.claims)) return 'ended';
  const standing = proof.ok ? proof.standing : { claims: principal.claims };
  const end = await endOf(core.settings.access, { standing }, access);
  if (end === undefined) return principal;
  return end.reason === 'ended' ? 'ended' : 'unknown';
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
