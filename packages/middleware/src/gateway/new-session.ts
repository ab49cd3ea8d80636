import type { Instant } from '@argus/contract';
import { type IdClaims, keyIdOf, verifyIdToken } from '@argus/tokens';
import { type Asked, rankOf } from './asked.ts';
import { type Attempt, secretsOf } from './attempt.ts';
import type { GatewayCore } from './core.ts';
import type { About, HeldSession } from './session-cookies.ts';
import { personIn } from './standing.ts';
import { type TokensGiven, tokensGiven } from './tokens-given.ts';

export type NewSession = HeldSession & { readonly access: string };

const longestName = 200;

/** The session that the tokens of a code stand for, or why it is none (OIDC Core §3.1.3.7). */
export async function confirmedSignIn(
  core: GatewayCore,
  body: Readonly<Record<string, unknown>>,
  attempt: Attempt,
): Promise<NewSession | string> {
  const tokens = tokensGiven(body, core.settings.clock.now());
  if (tokens === undefined) return 'no-session-tokens';
  // First, since it asks for Argus's keys more often than the other while there are none.
  const principal = await personIn(core, tokens.access);
  const claims = await verifiedIdentity(core, tokens, attempt);
  if (typeof claims === 'string') return claims;
  if (typeof principal === 'string') return `access-token-${principal}`;
  if (principal.userId !== claims.sub || principal.sessionId !== claims.sid) return 'tokens-of-two-sessions';
  if (!isProved(claims, attempt, core.settings.clockSkewSeconds)) return 'too-weak-a-proof';
  const { access, refresh, limits } = tokens;
  const about: About = {
    sessionId: principal.sessionId,
    userId: principal.userId,
    ...(await namesOf(core, access, principal.userId)),
    ...limits,
    proved: provedBy(attempt.asked, core.settings.clock.now()),
  };
  return { access, refresh, about };
}

async function verifiedIdentity(
  { settings, tokens: { keys } }: GatewayCore,
  { idToken, access }: TokensGiven,
  attempt: Attempt,
): Promise<IdClaims | string> {
  if (idToken === null) return 'no-id-token';
  await keys.load(keyIdOf(idToken));
  const verified = verifyIdToken(keys, idToken, {
    issuer: settings.issuer,
    audience: settings.clientId,
    nonce: secretsOf(attempt).nonce,
    accessToken: access,
    now: settings.clock.now(),
    skewSeconds: settings.clockSkewSeconds,
  });
  return verified.ok ? verified.claims : `id-token-${verified.rejection}`;
}

/** RFC 9470 §4, OIDC Core §3.1.3.7: asking does not mean getting. A proof made since the attempt began is fresh. */
function isProved(claims: IdClaims, { asked, at }: Attempt, skewSeconds: number): boolean {
  if (rankOf(claims.acr) < rankOf(asked.acr)) return false;
  if (asked.maxAgeSeconds === null) return true;
  return claims.auth_time + asked.maxAgeSeconds + skewSeconds >= Math.floor(at / 1000);
}

function provedBy(asked: Asked, at: Instant): About['proved'] {
  return asked.acr === null && asked.maxAgeSeconds === null ? null : { ...asked, at };
}

/** For the page only, so nobody's sign-in fails by it. */
async function namesOf(
  core: GatewayCore,
  access: string,
  userId: string,
): Promise<Pick<About, 'name' | 'email'>> {
  const scopes = core.settings.scope.split(' ');
  const isAsked = scopes.includes('profile') || scopes.includes('email');
  const called = isAsked ? await core.calls.userInfo(access) : null;
  // OIDC Core §5.3.2: an answer about somebody else counts for nothing.
  if (called?.kind !== 'done' || called.body.sub !== userId) return { name: null, email: null };
  return { name: textOf(called.body.name), email: textOf(called.body.email) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, longestName) : null;
}
