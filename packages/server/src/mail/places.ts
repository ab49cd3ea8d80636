import type { Config } from '../config/config.ts';

/** Where somebody begins who has an account and cannot get in. */
export function recoveryUrl({ issuer }: Pick<Config, 'issuer'>): string {
  return `${issuer}/recover`;
}

/** Where somebody sees where they are signed in, and ends what they do not know. */
export function sessionsUrl({ issuer }: Pick<Config, 'issuer'>): string {
  return `${issuer}/account#other-sessions`;
}
