import { type AssuranceLevel, assuranceLevels, type Instant } from '@argus/contract';
import { ProtectionFault } from './fault.ts';
import type { Principal, PrincipalKind } from './principal.ts';
import { type Refused, refused } from './refused.ts';

/** What a route asks beyond a valid token. */
export interface Requirement {
  /** Whom the token lets act: a person, a client by itself, or `any` of them. */
  readonly kind?: PrincipalKind | 'any';
  /** Every one of these, as a list or separated by spaces (RFC 6749 §3.3). */
  readonly scope?: string | readonly string[];
  /** At least one of these. */
  readonly roles?: string | readonly string[];
  /** This assurance level or a higher one. */
  readonly acr?: AssuranceLevel;
  /** The person proved who they are at most this long ago. */
  readonly maxAgeSeconds?: number;
}

/** Requirements joined: every one of them holds. */
export interface Demand {
  readonly kind: PrincipalKind | 'any';
  readonly scopes: readonly string[];
  /** Of each list at least one. */
  readonly roles: readonly (readonly string[])[];
  readonly acr: AssuranceLevel | null;
  readonly maxAgeSeconds: number | null;
}

export const noDemand: Demand = {
  kind: 'any',
  scopes: [],
  roles: [],
  acr: null,
  maxAgeSeconds: null,
};

const kinds: readonly Demand['kind'][] = ['person', 'client', 'any'];
/** RFC 6749 §3.3: the characters of a scope token; they need no escape inside a quoted string. */
const scopeForm = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Throws a fault for a requirement that could not be stated in a challenge or could never be met. */
export function tighten(demand: Demand, requirement: Requirement): Demand {
  const scopes = scopesOf(requirement.scope);
  const roles = rolesOf(requirement.roles);
  const { acr = null, maxAgeSeconds = null } = requirement;
  if (acr !== null && rankOf(acr) === -1) throw new ProtectionFault(`unknown assurance level ${acr}`);
  if (maxAgeSeconds !== null && !(Number.isSafeInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
    throw new ProtectionFault('maxAgeSeconds must be a whole number of seconds, 0 or more');
  }
  const joined: Demand = {
    kind: narrowerKind(demand.kind, requirement.kind),
    scopes: [...new Set([...demand.scopes, ...scopes])],
    roles: roles.length === 0 ? demand.roles : [...demand.roles, roles],
    acr: rankOf(acr) > rankOf(demand.acr) ? acr : demand.acr,
    maxAgeSeconds: tighterAge(demand.maxAgeSeconds, maxAgeSeconds),
  };
  if (asksSignIn(joined) && joined.kind === 'client') {
    throw new ProtectionFault('no client signs in, so acr and maxAgeSeconds ask for a person');
  }
  return joined;
}

/** The first thing a principal lacks. What no new sign-in would cure comes first. */
export function unmet(demand: Demand, principal: Principal, now: Instant): Refused | undefined {
  if (demand.kind !== 'any' && demand.kind !== principal.kind) return refused('denied', 'wrong-kind');
  for (const scope of demand.scopes) {
    if (!principal.scopes.includes(scope)) return refused('insufficient_scope', 'missing-scope');
  }
  for (const roles of demand.roles) {
    if (!roles.some((role) => principal.roles.includes(role))) return refused('denied', 'missing-role');
  }
  if (!asksSignIn(demand)) return undefined;
  // RFC 9470 §3: no authentication event stands behind such a token, so none is strong or fresh enough.
  if (principal.kind === 'client') return refused('insufficient_user_authentication', 'no-authentication');
  if (demand.acr !== null && rankOf(principal.acr) < rankOf(demand.acr)) {
    return refused('insufficient_user_authentication', 'weak-authentication');
  }
  if (demand.maxAgeSeconds !== null && now - principal.authTime > demand.maxAgeSeconds * 1000) {
    return refused('insufficient_user_authentication', 'stale-authentication');
  }
  return undefined;
}

function asksSignIn({ acr, maxAgeSeconds }: Demand): boolean {
  return acr !== null || maxAgeSeconds !== null;
}

/** An inner door cannot widen what an outer one asks, in this as in every other requirement. */
function narrowerKind(outer: Demand['kind'], inner: Demand['kind'] = 'any'): Demand['kind'] {
  if (!kinds.includes(inner)) throw new ProtectionFault(`unknown kind ${inner}`);
  if (outer === 'any' || outer === inner) return inner;
  if (inner === 'any') return outer;
  throw new ProtectionFault(`no ${inner} passes here: an outer door asks for a ${outer}`);
}

/** A level that is not in the table ranks below all that are. */
function rankOf(acr: string | null): number {
  const levels: readonly (string | null)[] = assuranceLevels;
  return levels.indexOf(acr);
}

function tighterAge(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function scopesOf(scope: Requirement['scope'] = []): readonly string[] {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : scope;
  if (typeof scope === 'string' && scopes.length === 0)
    throw new ProtectionFault('an empty scope demands nothing');
  for (const name of scopes) if (!scopeForm.test(name)) throw new ProtectionFault(`not a scope: ${name}`);
  return scopes;
}

/** An empty list reads as "no role needed" to one person and "nobody" to another, so it is neither. */
function rolesOf(roles: Requirement['roles']): readonly string[] {
  if (roles === undefined) return [];
  const list = typeof roles === 'string' ? [roles] : [...roles];
  if (list.length === 0 || list.includes('')) throw new ProtectionFault('roles must name at least one role');
  return list;
}
