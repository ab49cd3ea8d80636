import type { Called } from './argus-calls.ts';
import { type Attempt, attemptOf, endedAttemptLines, secretsOf, waitingLines } from './attempt.ts';
import { callbackRefusal } from './callback-refusal.ts';
import { type Cookies, readCookies } from './cookies.ts';
import type { GatewayCore } from './core.ts';
import { confirmedSignIn, type NewSession } from './new-session.ts';
import { redirectTo } from './pages/page.ts';
import { type Reply, reply, waitReply } from './refuse.ts';
import { findSession, sessionLines } from './session-cookies.ts';
import type { GatewaySettings } from './settings.ts';
import { callbackUri } from './sign-in.ts';
import type { GatewayParts, HeaderLine } from './verdict.ts';

/** One answer of Argus to one attempt of this browser. */
export interface Returned {
  readonly cookies: Cookies;
  readonly attempt: Attempt;
  /** The cookies of the new session. */
  readonly lines: readonly HeaderLine[];
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
  const flaw = flawIn(query, core.settings, attempt);
  if (flaw !== undefined || attempt === undefined) return refuse(flaw ?? 'unknown-state');
  const called = await core.calls.token({
    grant_type: 'authorization_code',
    code: query.get('code') ?? '',
    redirect_uri: callbackUri(core.settings),
    code_verifier: secretsOf(attempt).verifier,
  });
  // The code may still be good, so the attempt is left and the page tries again.
  if (called.kind === 'unavailable')
    return waitReply(core, parts, { ...called, reason: 'argus-unavailable' });
  if (called.kind === 'refused') return refuse(`code-${called.error}`);
  const session = await confirmedSignIn(core, called.body, attempt);
  const lines = typeof session === 'string' ? session : sessionLines(core.settings, cookies, session);
  if (typeof session === 'string' || typeof lines === 'string') {
    await takeBack(core, called);
    return refuse(typeof session === 'string' ? session : 'session-too-large');
  }
  core.counts.signIns += 1;
  return arrive(core, { cookies, attempt, lines }, session);
}

/** What speaks against an authorization response before its code is sent anywhere. */
function flawIn(
  query: URLSearchParams,
  { issuer }: Pick<GatewaySettings, 'issuer'>,
  attempt: Attempt | undefined,
): string | undefined {
  if (singles.some((name) => query.getAll(name).length > 1)) return 'repeated-parameter';
  if (attempt === undefined) return 'unknown-state';
  // RFC 9207 §2.4: an answer of another server must not lead to this one's token endpoint (mix-up), errors included.
  if (query.get('iss') !== issuer) return 'wrong-issuer';
  const error = query.get('error');
  if (error !== null) return `argus-${/^\w{1,64}$/.test(error) ? error : 'error'}`;
  return query.get('code') ? undefined : 'no-code';
}

async function arrive(
  core: GatewayCore,
  { cookies, attempt, lines: own }: Returned,
  session: NewSession,
): Promise<Reply> {
  const { settings } = core;
  const before = findSession(settings, cookies);
  if (before.kind === 'session') await forsake(core, before.held.refresh);
  const lines = [...endedAttemptLines(settings, cookies, attempt.id), ...own];
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
