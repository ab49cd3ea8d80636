import { fieldsOf } from '../http/body.ts';
import { attemptCookieSeconds, type SetCookie } from '../http/cookies.ts';
import type { Call } from '../http/route.ts';
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
