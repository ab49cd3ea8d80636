import { type RefusalCode, refusalOf } from '@argus/contract';
import { type Current, currentSession } from '../flows/current-session.ts';
import { tokenCookies } from '../flows/issue-tokens.ts';
import { refreshSession } from '../flows/refresh-session.ts';
import { type Answer, isRefused, type Refused, seeOther } from '../http/answer.ts';
import { attemptCookieSeconds, type SetCookie } from '../http/cookies.ts';
import type { Call } from '../http/route.ts';
import { messagePage } from '../pages/index.ts';
import type { Services } from '../services.ts';

/** What a form of a page without a session stands on: the attempt cookie, made when the page opens. */
export interface Attempt {
  readonly id: string;
  readonly formToken: string;
  readonly cookies: readonly SetCookie[];
}

const attemptShape = /^[A-Za-z0-9_-]{22}$/;

/** The attempt of this browser, or a new one. It never becomes a session. */
export function attemptOf({ random, secrets }: Services, call: Call): Attempt {
  const known = call.cookies.attempt;
  const id = known && attemptShape.test(known) ? known : random.bytes(16).toString('base64url');
  const cookies: SetCookie[] =
    id === known ? [] : [{ name: 'attempt', value: id, maxAgeSeconds: attemptCookieSeconds }];
  return { id, formToken: secrets.formToken(`attempt:${id}`), cookies };
}

/** Whether the form came from a page of this attempt; without its cookie nobody can say. */
export function attemptRefusal({ secrets }: Services, call: Call): 'form_expired' | 'cookies-needed' | null {
  const { attempt } = call.cookies;
  if (!attempt) return 'cookies-needed';
  return secrets.isFormToken(`attempt:${attempt}`, fieldsOf(call).formToken ?? '') ? null : 'form_expired';
}

/** The fields of a form post; anything else counts as none. */
export function fieldsOf({ body }: Call): Readonly<Record<string, string | undefined>> {
  return (body ?? {}) as Record<string, string>; // the form parser made it
}

/** A signed-in person on a page. */
export interface Visit {
  readonly current: Current;
  readonly formToken: string;
  /** Cookies of a refresh that happened on the way. */
  readonly cookies: readonly SetCookie[];
}

/** The session of a page. Pages work without script, so an access token that ended is renewed on the way. */
export async function visitOf(services: Services, call: Call): Promise<Visit | Refused> {
  const shown = await currentSession(services, call.cookies);
  if (!isRefused(shown)) return visit(services, shown, []);
  if (shown.refused === 'session_ended' || !call.cookies.refresh) return shown;
  const { refresh, device } = call.cookies;
  const renewed = await refreshSession(services, {
    token: refresh,
    deviceCookie: device,
    idleSeconds: 0,
    ...call.origin,
  });
  if (isRefused(renewed)) return renewed;
  const { current, tokens } = renewed;
  return visit(services, current, tokenCookies(tokens, current.session, services.clock.now()));
}

function visit({ secrets }: Services, current: Current, cookies: readonly SetCookie[]): Visit {
  return { current, formToken: secrets.formToken(formSubject(current)), cookies };
}

/** Whether a form came from a page of this very session and grant. */
export function isFormOf({ secrets }: Services, current: Current, call: Call): boolean {
  return secrets.isFormToken(formSubject(current), fieldsOf(call).formToken ?? '');
}

function formSubject({ session, grant }: Current): string {
  return `session:${session.id}:${grant.id}`;
}

/** Where a person may be sent after sign-in: a path of this origin and nothing else. */
export function safeReturn(path: string | undefined): string {
  if (!path || path.length > 1000 || !/^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(path)) return '/account';
  const url = URL.parse(path, 'http://argus.invalid');
  if (url?.origin !== 'http://argus.invalid') return '/account';
  // Removing dot segments can leave two slashes in front, which name another host: /..//evil.example.
  return url.pathname.startsWith('//') ? '/account' : `${url.pathname}${url.search}${url.hash}`;
}

/** Lead to the sign-in page and back afterwards. */
export function toSignIn(refused: Refused, returnTo: string, cookies: readonly SetCookie[] = []): Answer {
  const query = new URLSearchParams({ returnTo });
  if (refused.refused === 'session_ended') query.set('notice', 'session-ended');
  return seeOther(`/sign-in?${query}`, cookies);
}

/** A page that says what went wrong and where to go. */
export function refusalPage(code: RefusalCode, cookies: readonly SetCookie[] = []): Answer {
  const { status, sentence } = refusalOf(code);
  const action = { href: '/account', label: 'Go to your account' };
  const title = status === 404 ? 'Not here' : 'This did not work';
  return { status, html: messagePage({ title, message: sentence, action }), cookies };
}
