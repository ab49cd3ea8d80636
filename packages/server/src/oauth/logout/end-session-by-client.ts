import { heldSession } from '../../flows/current-session.ts';
import { endSession } from '../../flows/end-sessions.ts';
import { clearedCookies } from '../../flows/issue-tokens.ts';
import { isFormOf, type Visit, visitOf } from '../../flows/visit.ts';
import { type Answer, isRefused, seeOther } from '../../http/answer.ts';
import type { SetCookie } from '../../http/cookies.ts';
import type { Parameters } from '../../http/parameters.ts';
import { deadEndPage, refusalPage } from '../../http/refusal-page.ts';
import type { Call } from '../../http/route.ts';
import { endSessionPage, signedOutPage } from '../../pages/index.ts';
import type { Services } from '../../services.ts';
import { leadingTo } from '../authorization/authorization-response.ts';
import { type EndSessionRequest, readEndSessionRequest, returnAddress } from './end-session-request.ts';

type Held = NonNullable<ReturnType<typeof heldSession>>;

/** Sign a person out on the word of a client, or ask when it is only a word (OIDC RP-Initiated Logout §2). */
export async function endSessionByClient(
  services: Services,
  call: Call,
  parameters: Parameters,
): Promise<Answer> {
  const request = await readEndSessionRequest(services, parameters);
  if (typeof request === 'string') return deadEndPage(request);
  const held = heldSession(services, call.cookies);
  if (!held) return leave(request, clearedCookies);
  // A session of another tenant is none of this client's business.
  if (request.client && request.client.tenant !== held.tenant) return leave(request, []);
  if (isHinted(request, held)) {
    await end(services, call, held);
    return leave(request, clearedCookies);
  }
  return ask(services, call, request);
}

/** The person's answer to "sign out?". The form carries the request, and it is judged again. */
export async function confirmEndSession(
  services: Services,
  call: Call,
  { parameters, decision }: { readonly parameters: Parameters; readonly decision: string | undefined },
): Promise<Answer> {
  const request = await readEndSessionRequest(services, parameters);
  if (typeof request === 'string') return deadEndPage(request);
  const visit = await visitOf(services, call, { mayLackProof: true });
  // It has ended since the page was opened, which is what the person was asked about.
  if (isRefused(visit)) return leave(request, clearedCookies);
  if (!isFormOf(services, visit.current, call)) return refusalPage('form_expired', visit.cookies);
  if (decision === 'no') return seeOther('/account', visit.cookies);
  if (decision !== 'yes') return refusalPage('invalid_request', visit.cookies);
  const { tenant, session, user } = visit.current;
  await end(services, call, { tenant, sessionId: session.id, userId: user.id });
  return leave(request, clearedCookies);
}

/** ASVS 10.6.2: only a client that knows this very session by an ID token of ours may end it unasked. */
function isHinted({ client, hinted }: EndSessionRequest, held: Held): boolean {
  return (
    client !== null && hinted !== null && hinted.sessionId === held.sessionId && hinted.userId === held.userId
  );
}

/** That it is over already is as good. */
async function end(
  services: Services,
  { origin }: Pick<Call, 'origin'>,
  { tenant, sessionId, userId }: Held,
): Promise<void> {
  await endSession(services, { tenant, actor: 'user', origin }, { sessionId, userId, reason: 'signed-out' });
}

async function ask(services: Services, call: Call, request: EndSessionRequest): Promise<Answer> {
  const visit = await visitOf(services, call, { mayLackProof: true });
  if (!isRefused(visit)) return askPage(visit, request);
  const isOver = visit.refused === 'session_ended' || visit.refused === 'session_required';
  return isOver ? leave(request, clearedCookies) : refusalPage(visit.refused);
}

function askPage({ formToken, cookies }: Visit, request: EndSessionRequest): Answer {
  const { client, redirectUri, state } = request;
  const fields = {
    ...(client ? { client_id: client.id } : {}),
    ...(redirectUri === null ? {} : { post_logout_redirect_uri: redirectUri }),
    ...(state === null ? {} : { state }),
  };
  const html = endSessionPage({ formToken, clientName: client?.settings.name, fields, isSignedIn: true });
  // Chromium holds `form-action` against the redirect that follows the form.
  return { status: 200, html, cookies, ...(redirectUri === null ? {} : { csp: leadingTo(redirectUri) }) };
}

function leave(request: EndSessionRequest, cookies: readonly SetCookie[]): Answer {
  const address = returnAddress(request);
  if (address !== null) return seeOther(address, cookies);
  return { status: 200, html: signedOutPage({}), cookies };
}
