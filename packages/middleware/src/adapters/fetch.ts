import { reportResponse } from '../activity/report.ts';
import type { Principal } from '../principal.ts';
import type { Protection } from '../protect.ts';
import { partsOfRequest, type RequestParts } from '../request-parts.ts';
import { type DoorOptions, type WithGuards, withGuards } from './door.ts';
import { withLines } from './response-lines.ts';

export type { PersonPrincipal, Principal } from '../principal.ts';
export { person as personOf } from './door.ts';

export type FetchProtectionOptions = DoorOptions<Request>;

/** `rest` is what the runtime gives beside the request: `env` and `context`, the server, the parameters of a route. */
export type ProtectedHandler<R extends Request, Rest extends unknown[]> = (
  request: R,
  principal: Principal,
  ...rest: Rest
) => Response | Promise<Response>;

/** Wraps a handler: it runs for requests that are let in, with the principal after the request. */
export type FetchDoor = <R extends Request = Request, Rest extends unknown[] = []>(
  handler: ProtectedHandler<R, Rest>,
) => (request: R, ...rest: Rest) => Promise<Response>;
export type FetchProtection = WithGuards<FetchDoor>;

/**
 * Guards handlers that take a `Request` and give a `Response`, for Bun, Deno, Workers and everything alike. Needs
 * `node:crypto`, which all of these have. What builds the `Request` must keep repeated header lines, as the standard
 * says: where it drops the second of two Authorization lines, nothing here can see it. A fault is thrown to the runtime.
 */
export function fetchProtection(
  protection: Protection,
  options: FetchProtectionOptions = {},
): FetchProtection {
  return withGuards(protection, (door) => doorOf(door, options));
}

/** `partsOf` where a framework hides something of the request that its client signed. */
export function doorOf(
  door: Protection,
  { onRefused, activity }: FetchProtectionOptions,
  partsOf: (request: Request) => RequestParts = partsOfRequest,
): FetchDoor {
  return (handler) =>
    async (request, ...rest) => {
      const verdict = await door.checkParts(partsOf(request));
      if (verdict.ok) {
        const { principal, headers = {} } = verdict;
        const answer = await handler(request, principal, ...rest);
        const response = withLines(answer, Object.entries(headers));
        return activity ? reportResponse(activity, response, { request, principal }) : response;
      }
      onRefused?.({ code: verdict.refusal, reason: verdict.reason }, request);
      return new Response(verdict.answer.body, verdict.answer);
    };
}
