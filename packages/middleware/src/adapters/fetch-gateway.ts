import { reportResponse } from '../activity/report.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import { partsOfFetch } from '../gateway/request-body.ts';
import type { GatewayAnswer, GatewayParts } from '../gateway/verdict.ts';
import type { PersonPrincipal } from '../principal.ts';
import { type GatewayDoorOptions, signedIn, type WithSignedIn, withSignedIn } from './gateway-door.ts';
import { withLines } from './response-lines.ts';

export type FetchGatewayOptions = GatewayDoorOptions<Request>;

/** `principal` is who is signed in, and null for nobody; so is the token, which is for calls to other APIs. */
export interface GatewaySession {
  readonly principal: PersonPrincipal | null;
  accessToken(): string | null;
}

export interface SignedInSession extends GatewaySession {
  readonly principal: PersonPrincipal;
  accessToken(): string;
}

/** Wraps a handler, which gets the session after the request and then what the runtime gives besides. */
export type GatewayDoor<Session> = <R extends Request = Request, Rest extends unknown[] = []>(
  handler: (request: R, session: Session, ...rest: Rest) => Response | Promise<Response>,
) => (request: R, ...rest: Rest) => Promise<Response>;

export type FetchGateway = WithSignedIn<GatewayDoor<GatewaySession>, GatewayDoor<SignedInSession>>;

/**
 * Wraps the handler of the whole application: paths below the base path are answered here, everything else reaches the
 * handler. `guard({ … })` wraps handlers that ask for somebody. A fault is thrown to the runtime.
 */
export function fetchGateway(gateway: SessionGateway, options: FetchGatewayOptions = {}): FetchGateway {
  return withSignedIn(
    gateway,
    (door) => sessionDoor(() => door, options),
    (door) => signedInDoor(() => door, options),
  );
}

export interface FetchDoorOptions extends FetchGatewayOptions {
  /** Where a framework hides something of the request that the gateway reads. */
  readonly partsOf?: (request: Request) => GatewayParts;
}

/** The gateway is asked for with each request, because frameworks load files where there is none yet. */
export function sessionDoor(
  gateway: () => SessionGateway,
  options: FetchDoorOptions,
): GatewayDoor<GatewaySession> {
  return doorOf(gateway, options, ({ principal, accessToken }) => ({ principal, accessToken }));
}

export function signedInDoor(
  gateway: () => SessionGateway,
  options: FetchDoorOptions,
): GatewayDoor<SignedInSession> {
  return doorOf(gateway, options, signedInSession);
}

function doorOf<Session>(
  gateway: () => SessionGateway,
  { onRefused, activity, partsOf = partsOfFetch }: FetchDoorOptions,
  sessionOf: (session: GatewaySession) => Session,
): GatewayDoor<Session> {
  return (handler) =>
    async (request, ...rest) => {
      const verdict = await gateway().handleParts(partsOf(request));
      if (verdict.kind === 'pass') {
        const response = withLines(await handler(request, sessionOf(verdict), ...rest), verdict.headers);
        const { principal } = verdict;
        return principal && activity ? reportResponse(activity, response, { request, principal }) : response;
      }
      if (verdict.refusal !== null) onRefused?.(verdict.refusal, request);
      return gatewayResponse(verdict.answer);
    };
}

export function gatewayResponse({ status, headers, body }: GatewayAnswer): Response {
  // The constructor refuses a body, even an empty one, where none may be.
  const response = new Response(body === '' ? null : body, { status });
  // Text brings a type of its own, which only counts where the answer names none.
  response.headers.delete('content-type');
  for (const [name, value] of headers) response.headers.append(name, value);
  return response;
}

function signedInSession({ principal, accessToken }: GatewaySession): SignedInSession {
  return { principal: signedIn(principal), accessToken: () => accessToken() ?? '' };
}
