import { parseStrictObject } from '@argus/tokens';
import type { GatewayCore } from './core.ts';
import { emptyAnswer, jsonAnswer } from './pages/page.ts';
import { problemReply, type Reply, reply, waitReply } from './refuse.ts';
import { pageOf, signInUrl } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { renewedStanding, type SignedIn, type Standing, standingOf } from './standing.ts';
import type { GatewayParts } from './verdict.ts';

const longestBody = 1024;
/** What stands for a limit that Argus does not tell: a page must not warn of an end that nobody knows. */
const untoldMs = 86_400_000;

/** Who is signed in, in the form of Argus's own `GET /api/session` as far as it is known here. */
export async function showSession(core: GatewayCore, parts: GatewayParts): Promise<Reply> {
  return told(core, parts, await standingOf(core, parts));
}

/** New tokens now, with what the page knows of the person's activity; without a word of it there was none. */
export async function refreshSession(core: GatewayCore, parts: GatewayParts): Promise<Reply> {
  const bytes = await parts.body(longestBody);
  const body = bytes === undefined ? undefined : bytes.length === 0 ? {} : parseStrictObject(bytes);
  const { idleSeconds = null } = body ?? {};
  const isIdle = typeof idleSeconds === 'number' && Number.isSafeInteger(idleSeconds) && idleSeconds >= 0;
  if (body === undefined || !(isIdle || idleSeconds === null)) {
    return problemReply(core, { code: 'invalid_request', reason: 'refresh-body' });
  }
  const wish = { isForced: true, idleSeconds: isIdle ? idleSeconds : null };
  return told(core, parts, await renewedStanding(core, parts, wish));
}

/** Signs out of this application, as the browser client asks for it. */
export async function endSession(core: GatewayCore, parts: GatewayParts): Promise<Reply> {
  const { answer } = await signOut(core, parts);
  return reply(
    emptyAnswer(
      204,
      answer.headers.filter(([name]) => name === 'set-cookie'),
    ),
  );
}

function told(core: GatewayCore, parts: GatewayParts, standing: Standing): Reply {
  switch (standing.kind) {
    case 'signed-in':
      return reply(jsonAnswer(200, sessionOf(standing), standing.lines));
    case 'unavailable':
      return waitReply(core, parts, standing);
    case 'nobody':
    case 'ended':
      return nobodyReply(core, parts, standing);
  }
}

/** 401 with the way to sign in. */
export function nobodyReply(
  core: GatewayCore,
  parts: GatewayParts,
  { kind, reason, lines }: Extract<Standing, { kind: 'nobody' | 'ended' }>,
): Reply {
  const returnTo = pageOf(core.settings, parts);
  const members = {
    signInUrl: signInUrl(core.settings, { returnTo, asked: { acr: null, maxAgeSeconds: null } }),
  };
  const code = kind === 'ended' ? 'session_ended' : 'session_required';
  return problemReply(core, { code, reason }, { members, lines });
}

function sessionOf({ principal, held: { about } }: SignedIn): object {
  const { claims, roles, amr, acr, authTime, expiresAt } = principal;
  const absolute = about.absoluteExpiresAt ?? about.idleExpiresAt ?? expiresAt + untoldMs;
  const idle = Math.min(about.idleExpiresAt ?? absolute, absolute);
  const time = (instant: number) => new Date(instant).toISOString();
  return {
    user: { id: principal.userId, email: about.email, name: about.name, roles },
    session: {
      id: principal.sessionId,
      authTime: time(authTime),
      amr,
      acr,
      createdAt: time(claims.sct),
      lastActiveAt: time(claims.iat * 1000),
      expiresAt: time(expiresAt),
      idleExpiresAt: time(idle),
      absoluteExpiresAt: time(absolute),
      limitedBy: idle < absolute ? 'no activity' : 'the longest life of a session',
      bound: false,
    },
  };
}
