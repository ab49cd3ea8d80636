import type { Called } from './argus-calls.ts';
import { type Attempt, attemptOf, endedAttemptLines, secretsOf, waitingLines } from './attempt.ts';
import { callbackRefusal } from './callback-refusal.ts';
import { type Cookies, readCookies } from './cookies.ts';
import type { GatewayCore } from './core.ts';
import { confirmedSignIn, type NewSession } from './new-session.ts';
import { redirectTo } from './pages/page.ts';
import { type Reply, reply, waitReply } from './refuse.ts';
import { findSession, sessionLines } from './session-cookies.ts';
import { callbackUri } from './sign-in.ts';
import type { GatewayParts, HeaderLine } from './verdict.ts';

/** One answer of Argus to one attempt of this browser. */
export interface Returned {
  readonly cookies: Cookies;
  readonly attempt: Attempt;
}

const singles = ['state', 'iss', 'code', 'error'] as const;

/** Takes the authorization response (RFC 6749 §4.1.2, RFC 9207 §2.4) and turns its code into a session. */
export async function takeCallback(
  core: GatewayCore,
  parts: GatewayParts,
  query: URLSearchParams,
): Promise<Reply> {
  const cookies = readCookies(parts.header('cookie'));
  const attempt = attemptOf(core.settings, cookies, query.get('state') ?? '');
  const refuse = (reason: string) => {
    core.counts.signInsRefused += 1;
    return callbackRefusal(core, { cookies, attempt, reason });
  };
  if (singles.some((name) => query.getAll(name).length > 1)) return refuse('repeated-parameter');
  if (attempt === undefined) return refuse('unknown-state');
  // RFC 9207 §2.4: an answer of another server must not lead to this one's token endpoint (mix-up), errors included.
  if (query.get('iss') !== core.settings.issuer) return refuse('wrong-issuer');
  const error = query.get('error');
  if (error !== null) return refuse(`argus-${/^\w{1,64}$/.test(error) ? error : 'error'}`);
  const code = query.get('code');
  if (code === null || code === '') return refuse('no-code');
  const called = await core.calls.token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: callbackUri(core.settings),
    code_verifier: secretsOf(attempt).verifier,
  });
  switch (called.kind) {
    case 'unavailable':
      // The code may still be good, so the attempt is left and the page tries again.
      return waitReply(core, parts, { ...called, reason: 'argus-unavailable' });
    case 'refused':
      return refuse(`code-${called.error}`);
    case 'done': {
      const confirmed = await confirmedSignIn(core, called.body, attempt);
      if (typeof confirmed === 'string') {
        await takeBack(core, called);
        return refuse(confirmed);
      }
      core.counts.signIns += 1;
      return arrive(core, { cookies, attempt }, confirmed);
    }
  }
}

async function arrive(
  core: GatewayCore,
  { cookies, attempt }: Returned,
  session: NewSession,
): Promise<Reply> {
  const { settings } = core;
  const before = findSession(settings, cookies);
  if (before.kind === 'session') await forsake(core, before.held.refresh);
  const lines: HeaderLine[] = [
    ...endedAttemptLines(settings, cookies, attempt.id),
    ...sessionLines(settings, cookies, session),
  ];
  const { origin, basePath } = settings;
  const isTheirs = attempt.userId === null || attempt.userId === session.about.userId;
  if (attempt.form === null || !isTheirs) return reply(redirectTo(`${origin}${attempt.returnTo}`, lines));
  const waiting = { ...attempt, userId: session.about.userId, at: settings.clock.now() };
  const kept = waitingLines(settings, cookies, waiting);
  return reply(redirectTo(`${origin}${basePath}/resume/${attempt.id}`, [...lines, ...kept]));
}

/**
 * Every sign-in and step-up brings a grant of its own, and the one before ends: whoever had a copy of the cookies from
 * before gains nothing by what was proved since.
 */
async function forsake({ renewals, calls }: GatewayCore, refresh: string): Promise<void> {
  renewals.replace(refresh);
  // What is not ended now, in an outage, ends with its session.
  await calls.revoke(refresh);
}

/** A session that nobody will get is not left lying about. */
async function takeBack({ calls }: GatewayCore, { body }: Extract<Called, { kind: 'done' }>): Promise<void> {
  if (typeof body.refresh_token === 'string') await calls.revoke(body.refresh_token);
}
