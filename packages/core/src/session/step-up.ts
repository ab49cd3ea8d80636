import { argusClient, type GrantId, type Instant } from '@argus/contract';
import type { Change } from '../change.ts';
import { assuranceOf, highest, type Proofs } from './assurance.ts';
import type { Grant, Session } from './session.ts';
import { startGrant } from './start.ts';

export interface StepUp {
  readonly session: Session;
  /** What the session's own person has proved just now. */
  readonly proofs: Proofs;
  /** One for each method in `assuranceOf(proofs).amr`. */
  readonly authenticationIds: readonly string[];
  /** Argus's own grant under this session. */
  readonly grantId: GrantId;
  readonly successorId: GrantId;
  readonly successorSecret: Uint8Array;
  readonly ip: string;
  readonly userAgent: string | null;
}

/**
 * A session after another proof: nothing that was proved before is lost, and `auth_time` tells the newest proof.
 * Its id stays, as other clients know it; Argus's own grant is replaced, so that a copy of what the browser held
 * before does not rise with it (ASVS 7.2.4).
 */
export function stepUp(
  step: StepUp,
  now: Instant,
): { session: Session; grant: Grant; changes: readonly Change[] } {
  const { session: before, ip, userAgent } = step;
  const proved = assuranceOf(step.proofs);
  const raised = {
    amr: [...new Set([...before.amr, ...proved.amr])],
    acr: highest([before.acr, proved.acr]),
    authenticatedAt: Math.max(before.authenticatedAt, proved.authenticatedAt),
  };
  const successor = { id: step.successorId, secret: step.successorSecret, sessionId: before.id };
  const grant = startGrant({ ...successor, clientId: argusClient, ip, userAgent }, before, now);
  return {
    session: { ...before, ...raised },
    grant,
    changes: [
      {
        kind: 'raise-session',
        sessionId: before.id,
        userId: before.userId,
        ...raised,
        methods: proved.amr,
        authenticationIds: step.authenticationIds,
      },
      { kind: 'end-grant', grantId: step.grantId, reason: 'stepped-up', at: now },
      { kind: 'create-grant', grant },
    ],
  };
}
