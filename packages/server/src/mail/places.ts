import type { Config } from '../config/config.ts';

/** Where somebody begins who has an account and cannot get in. */
export function recoveryUrl({ issuer }: Pick<Config, 'issuer'>): string {
  return `${issuer}/recover`;
}
