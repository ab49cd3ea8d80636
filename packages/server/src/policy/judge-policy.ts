import type { PolicyDocument } from '@argus/contract';
import { type BeyondPlan, type Entitled, type Mistake, policyBeyondPlan, policyMistakes } from '@argus/core';
import { mistaken, unprintable } from '../flows/mistake.ts';
import type { Refused } from '../http/answer.ts';

/** All that is wrong with a policy by itself. Its form was read before. */
export function mistakesOfPolicy(document: PolicyDocument): readonly Mistake[] {
  return [...unprintable(document), ...policyMistakes(document)];
}

/** Why a policy may not follow the one that stands; null when it may. */
export function refusePolicy(
  standing: Entitled & { readonly document: PolicyDocument },
  document: PolicyDocument,
): Refused | null {
  const mistakes = mistakesOfPolicy(document);
  if (mistakes.length > 0) return mistaken(mistakes);
  const [first, ...more] = policyBeyondPlan(standing.document, document, standing);
  return first ? notInPlan([first, ...more]) : null;
}

function notInPlan(beyond: readonly [BeyondPlan, ...BeyondPlan[]]): Refused {
  return { ...mistaken(beyond), refused: 'not_in_plan', addOn: beyond[0].addOn };
}
