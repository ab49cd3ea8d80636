import type { Instant } from '@argus/contract';
import { journeyLifeMs } from '../flows/federation-mark.ts';
import type { Services } from '../services.ts';

/** What only the browser that it was made for can bring back, and only for a while. */
export interface ForBrowser {
  /** The attempt cookie of that browser. */
  readonly attempt: string;
  readonly at: Instant;
}

const longest = 12_000;

/** Encrypted, so that whoever carries it learns nothing, and visitors who never come back leave nothing behind. */
export function sealForBrowser(
  { secrets }: Pick<Services, 'secrets'>,
  purpose: string,
  value: ForBrowser,
): string {
  return secrets.seal(purpose, JSON.stringify(value));
}

/** What was sealed for this purpose and this browser at most ten minutes ago; null for everything else. */
export function openForBrowser(
  { secrets, clock }: Pick<Services, 'secrets' | 'clock'>,
  purpose: string,
  shown: { readonly sealed: string | undefined; readonly attempt: string | undefined },
): ForBrowser | null {
  const { sealed, attempt } = shown;
  if (sealed === undefined || sealed.length > longest || attempt === undefined) return null;
  const text = secrets.unseal(purpose, sealed);
  if (text === null) return null;
  const value: ForBrowser = JSON.parse(text); // nobody but us can have written it
  return value.attempt === attempt && clock.now() - value.at <= journeyLifeMs ? value : null;
}
