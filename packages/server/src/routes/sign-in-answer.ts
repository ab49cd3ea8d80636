import type { SignInAnswer } from '@argus/contract';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { isGoingOn, type SignInOutcome, type StillNeeded } from '../sign-in/outcome.ts';
import { describeCurrent, describeSession } from './describe.ts';

/** What a caller of the API is told after a step of a sign-in. */
export async function signInAnswer(services: Services, outcome: SignInOutcome): Promise<Answer> {
  if (isRefused(outcome)) return problemAnswer(outcome);
  return { status: 200, json: await signInState(services, outcome), cookies: outcome.cookies };
}

/** Where a sign-in stands, in the words of the contract. */
export async function signInState(
  services: Services,
  outcome: Exclude<SignInOutcome, { refused: unknown }>,
): Promise<SignInAnswer> {
  return isGoingOn(outcome)
    ? stateOf(outcome.needs)
    : { state: 'signed-in', ...(await describeCurrent(services, outcome.current)) };
}

function stateOf(needs: StillNeeded): SignInAnswer {
  switch (needs.kind) {
    case 'second-factor':
      return {
        state: needs.kind,
        methods: [...needs.methods],
        rememberDeviceSeconds: needs.rememberDeviceSeconds,
      };
    case 'enrol':
      return { state: needs.kind, methods: [...needs.methods] };
    case 'choose-session':
      return {
        state: needs.kind,
        sessions: needs.sessions.map((record) => describeSession(record, null)),
        toEnd: needs.toEnd,
      };
    case 'verify-email':
      return { state: needs.kind };
  }
}
