import type { SessionId } from '@argus/contract';
import type { Change, Mark, Provider } from '@argus/core';
import { providersOfIssuer, sessionsFromUpstream } from '@argus/store';
import { foreignKeyIdOf, type LogoutClaims, verifyLogoutToken } from '@argus/tokens';
import type { CallOrigin } from '../http/caller.ts';
import { hashOf } from '../secrets.ts';
import type { Services } from '../services.ts';
import { fromNetwork, type Try } from '../throttle/throttle.ts';
import { tellRefusal } from './tell-refusal.ts';
import { isUpstreamFailure } from './upstream-failure.ts';

/** One issuer under more declarations than this is no installation that anybody runs. */
const mostProviders = 20;
const rounds = 10;

/**
 * A provider says that a session ended there: ours that came from it end too, and everything under them (OIDC
 * Back-Channel Logout §2.7). False when the token proves nothing, or was used before.
 */
export async function receiveLogout(
  services: Services,
  { token, origin }: { readonly token: string; readonly origin: CallOrigin },
): Promise<boolean> {
  const counted: Try = fromNetwork('oauth', origin.ip);
  if (services.throttle.take([counted], services.clock.now())) return false;
  const issuer = issuerIn(token);
  const providers = issuer === null ? [] : await providersOfIssuer(services.store.pool, issuer);
  let isTaken = false;
  for (const provider of providers.slice(0, mostProviders)) {
    const claims = await claimsOf(services, { provider, token, origin });
    if (claims && (await endFrom(services, { provider, claims, origin }))) isTaken = true;
  }
  // Providers that sign many people out at once are not to be held back; only who sends what proves nothing.
  if (isTaken) services.throttle.giveBack(counted);
  return isTaken;
}

/** Whose token it says it is, only to find who could have signed it. */
function issuerIn(token: string): string | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const issuer = typeof payload === 'object' && payload !== null && 'iss' in payload ? payload.iss : null;
    return typeof issuer === 'string' && issuer.length <= 2000 && !issuer.includes('\0') ? issuer : null;
  } catch {
    return null;
  }
}

interface Shown {
  readonly provider: Provider;
  readonly token: string;
  readonly origin: CallOrigin;
}

/** OIDC Back-Channel Logout §2.6; null when this provider did not send it to us. */
async function claimsOf(
  services: Services,
  { provider, token, origin }: Shown,
): Promise<LogoutClaims | null> {
  const { tenant, settings } = provider;
  const upstream = await services.upstreams.find(provider);
  if (isUpstreamFailure(upstream) || !upstream.keys) return null;
  await upstream.keys.load(foreignKeyIdOf(token));
  const verified = verifyLogoutToken(upstream.keys, token, {
    issuer: settings.issuer,
    audience: settings.clientId,
    now: services.clock.now(),
  });
  if (verified.ok) return verified.claims;
  await tellRefusal(
    services,
    { tenant, provider, origin },
    { reason: 'logout-token', detail: verified.rejection },
  );
  return null;
}

interface Ended {
  readonly provider: Provider;
  readonly claims: LogoutClaims;
  readonly origin: CallOrigin;
}

/** False when this very token was used before. */
async function endFrom(services: Services, { provider, claims, origin }: Ended): Promise<boolean> {
  const { tenant, settings } = provider;
  const { sub = null, sid = null, jti, exp } = claims;
  const ask = { issuer: settings.issuer, subject: sub, sid };
  const hash = hashOf(`${provider.id}\n${jti}`);
  const mark: Mark = { use: 'logout-token', hash, expiresAt: (exp + 60) * 1000 };
  const marking: Change[] = [{ kind: 'claim-mark', mark }];
  for (let round = 0; round < rounds; round += 1) {
    const sessions = await sessionsFromUpstream(services.store.pool, tenant, ask);
    if (round > 0 && sessions.length === 0) break;
    const changes = [
      ...(round === 0 ? marking : []),
      ...sessions.map((id) => endingOf(services, id, origin)),
    ];
    const written = await services.store.commit({ tenant, changes, events: [] });
    if (!written.isCommitted) return false;
    services.metrics.sessionsEnded.inc({ reason: 'signed-out-at-provider' }, sessions.length);
  }
  return true;
}

function endingOf({ clock }: Services, sessionId: SessionId, origin: CallOrigin): Change {
  return {
    kind: 'end-session',
    sessionId,
    reason: 'signed-out-at-provider',
    at: clock.now(),
    by: { actor: 'system', origin },
    orAlreadyEnded: true,
  };
}
