import { type AssuranceLevel, assuranceLevels } from '@argus/contract';
import type { Client } from '@argus/core';
import type { Call } from '../../http/route.ts';
import type { PagePolicy } from '../../http/security-headers.ts';
import type { Services } from '../../services.ts';
import { readAsked } from './asked-request.ts';
import { leadingTo } from './authorization-response.ts';
import { openRequest } from './sealed-request.ts';

/** The authorization request that a page is in the middle of. */
export interface PageRequest {
  readonly sealed: string;
  readonly client: Client;
  /** Its form may end at the client. */
  readonly policy: PagePolicy;
  /** Whom the client expects, to be filled in. */
  readonly loginHint: string | null;
  /** The least that the client asks for. */
  readonly acr: AssuranceLevel | null;
}

/** The request in hand, from the page's address or its form; null for none, or one that is over. */
export async function requestOf(services: Services, call: Call): Promise<PageRequest | null> {
  const sealed = sealedOf(call);
  const asked = openRequest(services, sealed);
  if (!asked || sealed === undefined) return null;
  const read = await readAsked(services, asked);
  if (!('request' in read)) return null;
  const { client, request } = read;
  const acr = assuranceLevels.find((level) => request.acrValues.includes(level)) ?? null;
  return { sealed, client, policy: leadingTo(request.redirectUri), loginHint: request.loginHint, acr };
}

/** Where a sign-in for a client goes on; null without one. */
export function resumeOf(call: Call): string | null {
  const sealed = sealedOf(call);
  if (sealed === undefined) return null;
  return `/oauth/authorize/resume?${new URLSearchParams({ request: sealed })}`;
}

/** The sealed request that a page carries. */
export function sealedOf({ body, query }: Call): string | undefined {
  const fields = (body ?? {}) as Record<string, unknown>; // a form's fields, or nothing
  const sealed = fields.request ?? query.request;
  return typeof sealed === 'string' && sealed !== '' ? sealed : undefined;
}
