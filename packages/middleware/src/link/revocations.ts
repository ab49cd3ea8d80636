import type { AccessClaims, Clock } from '@argus/tokens';
import type { FeedState } from './feed-state.ts';
import type { Introspection, Standing } from './introspection.ts';
import { isEnded, marksOf, type TokenMarks } from './token-marks.ts';

/** A token that was verified, as far as its end is concerned. */
export interface StandingToken {
  readonly claims: AccessClaims;
  /** What `Revocations` remembers of it. */
  remembered?: { readonly marks: TokenMarks; version: number };
}

export interface Revocations {
  /**
   * Whether what the token stands on has ended. Without a promise where that is known here, which is always while the
   * feed is heard.
   */
  standingOf(token: StandingToken, text: string): Standing | Promise<Standing>;
}

export interface RevocationParts {
  readonly state: FeedState;
  readonly introspection: Introspection;
  readonly clock: Clock;
}

export function createRevocations({ state, introspection, clock }: RevocationParts): Revocations {
  const { table } = state;
  const isKnownEnded = (token: StandingToken): boolean => {
    token.remembered ??= { marks: marksOf(token.claims), version: -1 };
    const { remembered } = token;
    const version = table.version();
    // Nothing was added since it was found live, so it is: time alone ends no token here but by its own expiry.
    if (remembered.version === version) return false;
    if (isEnded(table, remembered.marks, clock.now())) return true;
    remembered.version = version;
    return false;
  };
  return {
    standingOf(token, text) {
      // What is known to have ended stays so, however long ago Argus was heard.
      if (table.size() > 0 && isKnownEnded(token)) return 'ended';
      if (state.health() === 'live') return 'live';
      switch (state.policy().degraded) {
        case 'introspect':
          return introspection.ask(text);
        case 'fail-closed':
          return 'unknown';
        case 'accept-until-expiry':
          return 'live';
      }
    },
  };
}
