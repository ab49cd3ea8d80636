import type { AssuranceLevel } from '@argus/contract';
import { refusalCode } from './calls.ts';
import { renew } from './renew.ts';
import { type Core, type StepUpChoice, serverNow } from './state.ts';
import { type StepUp, stepUp } from './step-up.ts';

/** Refusals that a fresh access token may cure. */
const curable: ReadonlySet<string | undefined> = new Set([
  'invalid_token',
  'missing_token',
  'session_required',
  'session_ended',
]);

/** What `session.fetch` takes. */
export interface SessionInit extends RequestInit {
  /** Whether this call steps up; else what `createSession` was told holds. */
  readonly stepUp?: StepUpChoice;
}

/**
 * `fetch` for the application's own API: when the answer is 401 because of the access token, the cookies are
 * renewed once and the request is sent once more, and so it is after a step-up where that is chosen. Other origins and other answers pass untouched.
 * Rejects exactly as `fetch` does.
 */
export async function sessionFetch(
  core: Core,
  input: RequestInfo | URL,
  init?: SessionInit,
): Promise<Response> {
  const { environment } = core;
  if (!isOwn(core, input)) return environment.fetch(input, init);
  const before = core.known;
  const response = await sendFresh(core, input, init);
  const { stepUp: choice = core.settings.stepUp, signal } = init ?? {};
  const challenge = choice === 'ask' && isRepeatable(input, init) ? await challengeOf(response) : null;
  if (!challenge) return response;
  try {
    await stepUp(core, { ...challenge, ...(signal && { signal }) }, before);
  } catch {
    signal?.throwIfAborted();
    return response;
  }
  return environment.fetch(input, init);
}

/** With one refresh, and one more try, if the access token needs it. */
async function sendFresh(core: Core, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { environment } = core;
  const isKnownStale = core.known !== null && serverNow(core) >= core.known.expiresAt;
  if (isKnownStale && environment.clock.now() >= core.notBefore) await renew(core);
  const asked = core.known;
  const response = await environment.fetch(input, init);
  if (response.status !== 401 || !(await isCurable(response))) return response;
  // Known to be signed out: there is nothing to renew.
  if (!core.known && core.current.state !== 'unknown') return response;
  const isRenewed = await renew(core, { asked, limit: 'expiresAt' });
  return isRenewed && isRepeatable(input, init) ? environment.fetch(input, init) : response;
}

/** What a refusal asks of the person; null when it asks for nothing of the kind. */
async function challengeOf(response: Response): Promise<StepUp | null> {
  if (response.status !== 401) return null;
  const header = response.headers.get('www-authenticate') ?? '';
  const isNamed = header.includes(`error="${tooWeak}"`) || (await refusalCode(response.clone())) === tooWeak;
  if (!isNamed) return null;
  // RFC 9470 §3; a level that is none of Argus's is left to the API to judge.
  const acr = /acr_values="[^"]*?(urn:argus:aal\d)/.exec(header)?.[1] as AssuranceLevel | undefined; // by its form
  const age = /max_age="?(\d+)/.exec(header)?.[1];
  return { ...(acr && { acr }), ...(age && { maxAge: Number(age) }) };
}

const tooWeak = 'insufficient_user_authentication';

function isOwn({ environment: { origin } }: Core, input: RequestInfo | URL): boolean {
  const url = input instanceof Request ? input.url : String(input);
  return URL.canParse(url, origin) && new URL(url, origin).origin === origin;
}

async function isCurable(response: Response): Promise<boolean> {
  // RFC 6750 §3.1: an API that does not speak problem+json names the error in its challenge.
  if (response.headers.get('www-authenticate')?.includes('error="invalid_token"')) return true;
  return curable.has(await refusalCode(response.clone()));
}

/** A stream is spent after the first sending; so is the body inside a Request. */
function isRepeatable(input: RequestInfo | URL, init?: RequestInit): boolean {
  return !(init?.body instanceof ReadableStream) && !(input instanceof Request && input.bodyUsed);
}
