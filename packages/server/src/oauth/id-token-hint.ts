import { type IdClaims, verifyIdTokenHint } from '@argus/tokens';
import type { Services } from '../services.ts';

/** What an ID token says that we signed, be it an old one: people come back long after (OIDC Core §3.1.2.1). */
export function hintedClaims(
  { keys, config, clock }: Pick<Services, 'keys' | 'config' | 'clock'>,
  token: string,
): IdClaims | null {
  const hint = verifyIdTokenHint(keys.ring(), token, { issuer: config.issuer, now: clock.now() });
  return (hint.ok || hint.rejection === 'expired' ? hint.claims : null) ?? null;
}
