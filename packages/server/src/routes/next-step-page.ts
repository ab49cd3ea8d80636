import { type Answer, seeOther } from '../http/answer.ts';
import type { SetCookie } from '../http/cookies.ts';
import type { Call } from '../http/route.ts';
import { sealedOf } from '../oauth/authorization/page-request.ts';

/** To the page that asks for what a sign-in still takes, with what waits for it. */
export function toNextStep(
  call: Call,
  { returnTo, cookies }: { readonly returnTo: string; readonly cookies: readonly SetCookie[] },
): Answer {
  const request = sealedOf(call);
  const query = new URLSearchParams({ returnTo, ...(request === undefined ? {} : { request }) });
  return seeOther(`/sign-in/next?${query}`, cookies);
}
