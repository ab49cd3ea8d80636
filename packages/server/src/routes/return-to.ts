import { type Answer, type Refused, seeOther } from '../http/answer.ts';
import { stepUpPath } from '../step-up/step-up-path.ts';

/** Where a person may be sent after sign-in: a path of this origin and nothing else. */
export function safeReturn(path: string | undefined): string {
  if (!path || path.length > 1000 || !/^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(path)) return '/account';
  const url = URL.parse(path, 'http://argus.invalid');
  if (url?.origin !== 'http://argus.invalid') return '/account';
  // Removing dot segments can leave two slashes in front, which name another host: /..//evil.example.
  return url.pathname.startsWith('//') ? '/account' : `${url.pathname}${url.search}${url.hash}`;
}

/** Lead to the sign-in page and back afterwards. */
export function toSignIn(refused: Refused, returnTo: string): Answer {
  // Signed in, but with less than is asked by now.
  if (refused.needs) return seeOther(stepUpPath(refused, returnTo));
  const query = new URLSearchParams({ returnTo });
  if (refused.refused === 'session_ended') query.set('notice', 'session-ended');
  if (refused.endReason) query.set('ended', refused.endReason);
  return seeOther(`/sign-in?${query}`);
}
