import { refusalCode } from './calls.ts';
import { renew } from './renew.ts';
import { type Core, serverNow } from './state.ts';

/** Refusals that a fresh access token may cure. */
const curable: ReadonlySet<string | undefined> = new Set([
  'invalid_token',
  'missing_token',
  'session_required',
  'session_ended',
]);

/**
 * `fetch` for the application's own API: when the answer is 401 because of the access token, the cookies are
 * renewed once and the request is sent once more. Other origins and other answers pass untouched.
 * Rejects exactly as `fetch` does.
 */
export async function sessionFetch(
  core: Core,
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const { environment } = core;
  if (!isOwn(core, input)) return environment.fetch(input, init);
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
