import type { NextStep } from '@argus/core';
import type { SessionRecord } from '@argus/store';
import type { SignedIn } from '../flows/signed-in.ts';
import type { Refused } from '../http/answer.ts';
import type { SetCookie } from '../http/cookies.ts';

type Asked<Kind extends NextStep['kind']> = Extract<NextStep, { kind: Kind }>;

/** What a sign-in still takes, with what a page needs to ask for it. */
export type StillNeeded =
  | (Asked<'second-factor'> & { readonly rememberDeviceSeconds: number })
  | Asked<'enrol'>
  | Asked<'verify-email'>
  | {
      readonly kind: 'choose-session';
      readonly sessions: readonly SessionRecord[];
      /** How many of them have to end. */
      readonly toEnd: number;
    };

/** A sign-in that goes on; its new attempt cookie stands for what was proved so far. */
export interface GoingOn {
  readonly needs: StillNeeded;
  readonly cookies: readonly SetCookie[];
}

export type SignInOutcome = SignedIn | GoingOn | Refused;

export function isGoingOn(outcome: SignedIn | GoingOn): outcome is GoingOn {
  return 'needs' in outcome;
}
