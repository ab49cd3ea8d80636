import type { ProtectionState } from '../protect.ts';
import type { GatewayOptions, GatewayRequirement } from './options.ts';
import type { GatewayParts, GatewayPartsVerdict, GatewayVerdict } from './verdict.ts';

/** Counted since the start, but for what is held now. */
export interface GatewayState {
  readonly signIns: number;
  readonly signInsRefused: number;
  readonly refreshes: number;
  /** Argus could not be reached, or was too busy. */
  readonly refreshesFailed: number;
  /** Argus said that the session is over. */
  readonly refreshesRefused: number;
  /** Requests that got the successor of a just replaced cookie from memory. */
  readonly refreshesShared: number;
  readonly signOuts: number;
  readonly logoutsReceived: number;
  readonly held: {
    readonly refreshesInFlight: number;
    readonly replacedCookies: number;
    readonly endedSessions: number;
    readonly logoutTokens: number;
  };
  readonly tokens: Pick<ProtectionState, 'cache' | 'keys'>;
}

/**
 * The session of a web application on its own host: tokens stay in encrypted cookies of that host and never reach the
 * page. All doors made from one another share everything.
 */
export interface SessionGateway {
  /** An answer to send, or who sends this request. A refusal is a value; only a bug throws. */
  handle(request: Request): Promise<GatewayVerdict>;
  /** The same for servers that have no fetch `Request` at hand. */
  handleParts(parts: GatewayParts): Promise<GatewayPartsVerdict>;
  /** A door that asks for this too, and for somebody signed in. Throws a fault for an impossible requirement. */
  requiring(requirement: GatewayRequirement): SessionGateway;
  /** For metrics and readiness. */
  state(): GatewayState;
}

/** Signs people of a web application in and out by Argus and keeps them signed in. Source: OIDC Core, RFC 9700. */
export function sessionGateway(options: GatewayOptions): SessionGateway {
  throw new Error(`not built yet: ${options.clientId}`);
}
