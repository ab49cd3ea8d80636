import { isRefused, type Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import type { Current } from './current-session.ts';
import { type IssuedTokens, issueTokens } from './issue-tokens.ts';
import { renewGrant } from './renew-grant.ts';

export interface RefreshRequest {
  readonly token: string | undefined;
  readonly deviceCookie: string | undefined;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly idleSeconds?: number | undefined;
  readonly mayLackProof?: boolean | undefined;
}

export interface Refreshed {
  readonly current: Current;
  readonly tokens: IssuedTokens;
}

/** Renew a session by its cookies, and give the tokens of the generation that came out. */
export async function refreshSession(
  services: Services,
  { deviceCookie, ...request }: RefreshRequest,
): Promise<Refreshed | Refused> {
  const deviceSecretHash = services.secrets.shownSecretHash(deviceCookie);
  const shown = { kind: 'device', deviceSecretHash } as const;
  const renewed = await renewGrant(services, { ...request, client: null, shown });
  if (isRefused(renewed)) return renewed;
  const tokens = await issueTokens(services, renewed);
  return { tokens, current: { ...renewed, accessExpiresAt: tokens.accessExpiresAt } };
}
