import { keyIdOf, verifyLogoutToken } from '@argus/tokens';
import type { GatewayCore } from './core.ts';
import { emptyAnswer, jsonAnswer } from './pages/page.ts';
import { type Reply, reply } from './refuse.ts';
import type { GatewayParts } from './verdict.ts';

const longestBody = 16_384;
/** As long as a token is forgiven after its end. */
const skewMs = 60_000;

/** Hears from Argus that a session is over (OIDC Back-Channel Logout §2.5–2.8). No browser sends this. */
export async function takeBackchannelLogout(core: GatewayCore, parts: GatewayParts): Promise<Reply> {
  const { settings, tokens, logoutTokens, ended, counts } = core;
  const token = await logoutTokenOf(parts);
  if (token === undefined) return refuse('no-logout-token');
  await tokens.keys.load(keyIdOf(token));
  const verified = verifyLogoutToken(tokens.keys, token, {
    issuer: settings.issuer,
    audience: settings.clientId,
    now: settings.clock.now(),
    isTyped: true,
  });
  if (!verified.ok) return refuse(`logout-token-${verified.rejection}`);
  const { jti, sid, sub, iat, exp } = verified.claims;
  if (!logoutTokens.claim(jti, exp * 1000 + skewMs)) return refuse('logout-token-replayed');
  if (sid !== undefined) ended.end({ sid });
  else if (sub !== undefined) ended.end({ sub, beganUntil: iat * 1000 + 999 });
  counts.logoutsReceived += 1;
  return reply(emptyAnswer(200));
}

async function logoutTokenOf(parts: GatewayParts): Promise<string | undefined> {
  const type = parts.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return undefined;
  const bytes = await parts.body(longestBody);
  if (bytes === undefined) return undefined;
  const [token, ...more] = new URLSearchParams(Buffer.from(bytes).toString('utf8')).getAll('logout_token');
  return more.length === 0 ? token : undefined;
}

/** OIDC Back-Channel Logout §2.8: 400 with a body as of RFC 6749 §5.2. */
function refuse(reason: string): Reply {
  const answer = jsonAnswer(400, {
    error: 'invalid_request',
    error_description: 'This is no logout token for here.',
  });
  return reply(answer, { code: 'invalid_request', reason });
}
