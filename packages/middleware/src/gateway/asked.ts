import { type AssuranceLevel, assuranceLevels } from '@argus/contract';
import type { Demand } from '../requirement.ts';

/** What a sign-in is to prove (RFC 9470 §4): a level, a freshness, both or nothing in particular. */
export interface Asked {
  readonly acr: AssuranceLevel | null;
  readonly maxAgeSeconds: number | null;
}

const longestAgeSeconds = 31_536_000;

/** As a query says it; what makes no sense asks for nothing. */
export function askedOf(query: URLSearchParams): Asked {
  const acr = assuranceLevels.find((level) => level === query.get('acr')) ?? null;
  const age = query.get('max_age') ?? '';
  const maxAgeSeconds = /^\d{1,9}$/.test(age) ? Math.min(Number(age), longestAgeSeconds) : null;
  return { acr, maxAgeSeconds };
}

export function queryOf({ acr, maxAgeSeconds }: Asked): Record<string, string> {
  return {
    ...(acr !== null && { acr }),
    ...(maxAgeSeconds !== null && { max_age: String(maxAgeSeconds) }),
  };
}

export function askedBy({ acr, maxAgeSeconds }: Demand): Asked {
  return { acr, maxAgeSeconds };
}

/** Whether a proof of `given` would also be one of `wanted`. */
export function covers(given: Asked, wanted: Asked): boolean {
  return (
    rankOf(given.acr) >= rankOf(wanted.acr) &&
    (wanted.maxAgeSeconds === null ||
      (given.maxAgeSeconds !== null && given.maxAgeSeconds <= wanted.maxAgeSeconds))
  );
}

export function rankOf(acr: string | null): number {
  const levels: readonly (string | null)[] = assuranceLevels;
  return levels.indexOf(acr);
}
