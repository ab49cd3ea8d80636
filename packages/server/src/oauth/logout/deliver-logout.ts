import type { Instant } from '@argus/contract';
import type { Client, EventDraft } from '@argus/core';
import type { TakenDelivery } from '@argus/store';
import { issueLogoutToken } from '@argus/tokens';
import { nextTry } from '../../jobs/next-try.ts';
import { OutboundRefused } from '../../outbound/send.ts';
import { deadline } from '../../services/clock.ts';
import type { Random } from '../../services/random.ts';
import { type Services, stamp } from '../../services.ts';

/** OIDC Back-Channel Logout §2.4: a logout token is for this very moment; each try gets a fresh one. */
const tokenSeconds = 120;
/** After a day nothing that the client was given for the session is good any more anyway. */
const patience = { firstPauseMs: 10_000, longestPauseMs: 3_600_000, patienceMs: 86_400_000 };

/** Tell one client that a session ended (OIDC Back-Channel Logout §2.5), and settle what becomes of the delivery. */
export async function deliverLogout(
  services: Services,
  delivery: TakenDelivery,
  timeoutMs: number,
): Promise<void> {
  const client = await services.clients.find(delivery.clientId);
  // Gone or changed since it was taken: the next try sees, or whoever tidies up.
  if (client?.status !== 'active') return;
  const token = await logoutToken(services, delivery, client);
  const failure = await send(services, { uri: delivery.uri, token, timeoutMs });
  const now = services.clock.now();
  const dueAt = failure === null ? null : nextTryAt(delivery, now, services.random);
  const outcome = failure === null ? 'delivered' : dueAt === null ? 'given-up' : 'put-off';
  const events = outcome === 'put-off' ? [] : [eventOf(delivery, failure)];
  const written = await services.store.commit({
    tenant: delivery.tenant,
    changes: [{ kind: 'settle-logout-delivery', id: delivery.id, attempts: delivery.attempts, dueAt }],
    events: stamp(services, now, events),
  });
  // Lost when the lease ran out meanwhile and another process took it: that one settles it.
  if (written.isCommitted) services.metrics.logouts.inc({ outcome });
}

/** When to tell it again; null when it is given up. */
export function nextTryAt(
  delivery: Pick<TakenDelivery, 'attempts' | 'createdAt'>,
  now: Instant,
  random: Pick<Random, 'bytes'>,
): Instant | null {
  return nextTry(patience, delivery, { now, random });
}

/** The same `jti` with every try: a client that remembers it hears of the end once. */
function logoutToken({ config, keys, clock }: Services, delivery: TakenDelivery, client: Client) {
  const now = clock.now();
  const iat = Math.floor(now / 1000);
  const claims = {
    iss: config.issuer,
    aud: client.id,
    iat,
    exp: iat + tokenSeconds,
    jti: delivery.id,
    sub: delivery.userId,
    sid: delivery.sessionId,
  };
  return issueLogoutToken(keys.ring(), claims, now, client.settings.idTokenAlgorithm);
}

/** Why it did not arrive; null when it did. Redirects are not followed, and nothing of the answer is read but its status. */
async function send(
  { outbound }: Services,
  { uri, token, timeoutMs }: { readonly uri: string; readonly token: string; readonly timeoutMs: number },
): Promise<string | null> {
  try {
    const response = await outbound.fetch(uri, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ logout_token: token }).toString(),
      signal: deadline(timeoutMs),
    });
    await response.body?.cancel();
    return response.status === 200 || response.status === 204 ? null : `answered-${response.status}`;
  } catch (error) {
    if (error instanceof OutboundRefused) return 'address';
    return error instanceof Error && error.name === 'TimeoutError' ? 'no-answer' : 'unreachable';
  }
}

function eventOf(
  { clientId, userId, sessionId, attempts }: TakenDelivery,
  failure: string | null,
): EventDraft {
  return {
    type: failure === null ? 'logout.delivered' : 'logout.failed',
    actor: 'system',
    userId,
    sessionId,
    ...(failure === null ? {} : { reason: failure }),
    details: { clientId, attempts },
  };
}
