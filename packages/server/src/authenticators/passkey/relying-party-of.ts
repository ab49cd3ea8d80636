import type { Services } from '../../services.ts';
import type { RelyingParty } from './relying-party.ts';

/** This installation as browsers know it: its host, and the pages that may use its passkeys. */
export function relyingPartyOf({ config }: Pick<Services, 'config'>): RelyingParty {
  const { hostname } = new URL(config.issuer);
  return { rpId: config.rpId ?? hostname, rpName: 'Argus', origins: config.origins };
}
