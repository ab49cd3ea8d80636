import type { GuessUse } from './change.ts';

/** How often a code may be guessed, by whoever has proved a first factor: a bucket, and an end to it. */
export interface GuessLimit {
  readonly burst: number;
  readonly everySeconds: number;
  /** In a row without a right one; then only another factor opens the account (NIST SP 800-63B-4 §3.2.2). */
  readonly most: number;
}

/** Five at once and one every minute: at most 100 in a row, so one in 3,300 for codes of six digits and three steps. */
export const guessLimits: Readonly<Record<GuessUse, GuessLimit>> = {
  totp: { burst: 5, everySeconds: 60, most: 100 },
  'recovery-code': { burst: 5, everySeconds: 300, most: 50 },
};
