import type { UpstreamAuthentication } from '@argus/core';
import { textOf } from './presets/oidc.ts';
import type { Claims } from './presets/preset.ts';

/** What claims say of a person and how they signed in, as far as it has the form it must have. */
export interface UpstreamClaims {
  readonly subject: string;
  /** Names the session there; null when it has no name. */
  readonly sid: string | null;
  readonly said: UpstreamAuthentication;
}

/** OIDC Core §2: at most 255 ASCII characters. */
const subjectForm = /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** Null when they name nobody. */
export function readUpstreamClaims(claims: Claims): UpstreamClaims | null {
  const { sub, sid, acr, amr, auth_time: authTime } = claims;
  if (typeof sub !== 'string' || !subjectForm.test(sub)) return null;
  return {
    subject: sub,
    sid: typeof sid === 'string' && subjectForm.test(sid) ? sid : null,
    said: {
      acr: textOf(acr),
      amr: Array.isArray(amr) ? amr.slice(0, 20).flatMap((method) => textOf(method) ?? []) : [],
      authenticatedAt: typeof authTime === 'number' && isSeconds(authTime) ? authTime * 1000 : null,
    },
  };
}

/** Until the year 9999, which is as far as a date of RFC 3339 goes. */
function isSeconds(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value < 253_402_300_800;
}
