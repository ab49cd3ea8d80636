import type { Provider } from '@argus/core';
import type { Services } from '../services.ts';

type Named = Pick<Provider, 'tenant' | 'id'>;

/** Encrypt what Argus proves itself with at a provider; it opens for that provider of that tenant alone. */
export function sealProviderSecret(
  { secrets }: Pick<Services, 'secrets'>,
  of: Named,
  secret: string,
): Buffer {
  return Buffer.from(secrets.seal(purposeOf(of), secret), 'base64url');
}

/** The secret of a provider; null when it has none, or none that this installation can open. */
export function openProviderSecret(
  { secrets }: Pick<Services, 'secrets'>,
  provider: Named & Pick<Provider, 'sealedSecret'>,
): string | null {
  const { sealedSecret } = provider;
  if (sealedSecret === null) return null;
  return secrets.unseal(purposeOf(provider), Buffer.from(sealedSecret).toString('base64url'));
}

function purposeOf({ tenant, id }: Named): string {
  return `argus provider secret ${tenant}/${id}`;
}
