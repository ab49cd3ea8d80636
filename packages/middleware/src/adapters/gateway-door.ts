import type { Activity } from '../activity/activity.ts';
import { ProtectionFault } from '../fault.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import type { GatewayRequirement } from '../gateway/options.ts';
import type { GatewayPass, GatewayRefusal } from '../gateway/verdict.ts';
import type { PersonPrincipal } from '../principal.ts';

export interface GatewayDoorOptions<Request> {
  /** Told of every refusal, for the application's log. The reason is not for the caller. */
  readonly onRefused?: (refusal: GatewayRefusal, request: Request) => void;
  /** Where what signed-in people do is reported: `argus.activity` of a link. */
  readonly activity?: Pick<Activity, 'record'>;
}

/** A door that nobody need be signed in for, and more of them that ask for somebody; they share everything. */
export type WithSignedIn<Door, SignedInDoor> = Door & {
  /** `{}` asks for somebody signed in and no more. Throws a fault for an impossible requirement. */
  guard(requirement: GatewayRequirement): SignedInDoor;
};

export function withSignedIn<Door extends object, SignedInDoor>(
  gateway: SessionGateway,
  doorOf: (gateway: SessionGateway) => Door,
  signedInDoorOf: (gateway: SessionGateway) => SignedInDoor,
): WithSignedIn<Door, SignedInDoor> {
  const guard = (requirement: GatewayRequirement) => signedInDoorOf(gateway.requiring(requirement));
  return Object.assign(doorOf(gateway), { guard });
}

/** A door with a requirement lets nobody through; should a gateway ever do so, no handler may run. */
export function signedIn(principal: PersonPrincipal | null): PersonPrincipal {
  if (principal !== null) return principal;
  throw new ProtectionFault('the gateway let nobody through a door that asks for somebody');
}

const accessTokens = new WeakMap<object, GatewayPass['accessToken']>();

export function keepAccessToken(request: object, { accessToken }: GatewayPass): void {
  accessTokens.set(request, accessToken);
}

/** Throws a fault where nobody is signed in. */
export function keptAccessToken(request: object): string {
  const token = accessTokens.get(request)?.() ?? null;
  if (token === null) throw new ProtectionFault('nobody is signed in here: guard the route');
  return token;
}
