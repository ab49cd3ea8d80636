import type { Instant } from '@argus/contract';

/** A paragraph, the one link, or facts with their names. */
export type Part =
  | string
  | { readonly button: string; readonly link: string }
  | { readonly facts: readonly (readonly [name: string, value: string])[] };

/** A mail in words, before it is text or markup. Its subject holds nothing that anybody chose. */
export interface Letter {
  readonly subject: string;
  readonly parts: readonly Part[];
}

/** What a letter knows beside its draft. */
export interface Place {
  readonly issuer: string;
  /** When it is sent. */
  readonly now: Instant;
}

/** The site's name, as a browser shows it. */
export function hostOf({ issuer }: Place): string {
  return new URL(issuer).host;
}
