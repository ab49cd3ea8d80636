import type { Refused } from '../http/answer.ts';

/** Where a person proves what an operation needs, and from where they come back. */
export function stepUpPath({ needs }: Pick<Refused, 'needs'>, returnTo: string): string {
  return `/step-up?${new URLSearchParams({ returnTo, ...(needs ? { acr: needs.acr } : {}) })}`;
}
