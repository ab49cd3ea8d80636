import { isRefused, type Refused } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import type { SetCookie } from '../http/cookies.ts';
import type { Call } from '../http/route.ts';
import type { Services } from '../services.ts';
import { type Current, currentSession } from './current-session.ts';
import { tokenCookies } from './issue-tokens.ts';
import { refreshSession } from './refresh-session.ts';

/** A signed-in person on a page. */
export interface Visit {
  readonly current: Current;
  readonly formToken: string;
  /** Cookies of a refresh that happened on the way. */
  readonly cookies: readonly SetCookie[];
}

/** The session of a page. Pages work without script, so an access token that ended is renewed on the way. */
export async function visitOf(
  services: Services,
  call: Call,
  { mayLackProof = false }: { readonly mayLackProof?: boolean } = {},
): Promise<Visit | Refused> {
  const shown = await currentSession(services, call.cookies, { mayLackProof });
  if (!isRefused(shown)) return visit(services, shown, []);
  if (shown.refused !== 'session_required' || !call.cookies.refresh) return shown;
  const { refresh, device } = call.cookies;
  const renewed = await refreshSession(services, {
    token: refresh,
    deviceCookie: device,
    idleSeconds: 0,
    mayLackProof,
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
