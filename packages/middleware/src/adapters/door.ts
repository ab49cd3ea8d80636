import type { RefusalCode } from '@argus/contract';
import type { Activity } from '../activity/activity.ts';
import { ProtectionFault } from '../fault.ts';
import type { PersonPrincipal, Principal } from '../principal.ts';
import type { Protection } from '../protect.ts';
import type { RefusalReason } from '../refused.ts';
import type { Requirement } from '../requirement.ts';

export interface DoorOptions<Request> {
  /** Told of every refusal, for the application's log. The reason is not for the caller. */
  readonly onRefused?: (refusal: { code: RefusalCode; reason: RefusalReason }, request: Request) => void;
  /** Where requests that were let in are reported: `argus.activity` of a link. */
  readonly activity?: Pick<Activity, 'record'>;
}

/** A door, and more of them that also ask for something. Each is complete on its own; they share keys and cache. */
export type WithGuards<Door> = Door & {
  /** Throws a fault for an impossible requirement. */
  guard(requirement: Requirement): Door;
};

export function withGuards<Door extends object>(
  protection: Protection,
  doorOf: (protection: Protection) => Door,
): WithGuards<Door> {
  const guard = (requirement: Requirement) => doorOf(protection.requiring(requirement));
  return Object.assign(doorOf(protection), { guard });
}

/** Throws a fault on a route that no protection guards. */
export function guarded(principal: Principal | null | undefined): Principal {
  if (principal) return principal;
  throw new ProtectionFault('this route is not behind a protection');
}

/** Throws a fault where a client acts by itself. */
export function person(principal: Principal): PersonPrincipal {
  if (principal.kind === 'person') return principal;
  throw new ProtectionFault('a client acts here by itself: ask for a person, or look at the kind');
}
