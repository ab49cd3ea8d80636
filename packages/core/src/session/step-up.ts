import { type AssuranceLevel, argusClient, type GrantId, type Instant } from '@argus/contract';
import type { Change } from '../change.ts';
import { assuranceOf, isAtLeast, type Proofs } from './assurance.ts';
import type { Grant, Session } from './session.ts';
import { startGrant } from './start.ts';

export interface StepUp {
  readonly session: Session;
  /** What the session's own person has proved just now. */
  readonly proofs: Proofs;
  /** One for each method that this step proved, `assuranceOf(proofs, session.amr).amr`. */
  readonly authenticationIds: readonly string[];
  /** Argus's own grant under this session. */
  readonly grantId: GrantId;
  readonly successorId: GrantId;
  readonly successorSecret: Uint8Array;
  readonly ip: string;
  readonly userAgent: string | null;
}

/**
 * Whether a proof makes a session fresh. One that is weaker than the session does not: tokens tell one level and one
 * time, and whoever stole a cookie and a password would pass for somebody who has just shown a key. Only when the
 * person has nothing left that reaches the level does a weaker proof count: the strongest that is left, and then the
 * level falls to it.
 */
export function renews(
  session: Pick<Session, 'acr' | 'amr'>,
  proofs: Proofs,
  reachable: AssuranceLevel,
): boolean {
  const { acr } = assuranceOf(proofs, session.amr);
  return isAtLeast(acr, session.acr) || (!isAtLeast(reachable, session.acr) && isAtLeast(acr, reachable));
}

/**
 * A session after a proof that renews it: what was proved before is kept, and `auth_time` tells the newest proof.
 * Its id stays, as other clients know it; Argus's own grant is replaced, so that a copy of what the browser held
 * before does not rise with it (ASVS 7.2.4).
 */
export function stepUp(
  step: StepUp,
  now: Instant,
): { session: Session; grant: Grant; changes: readonly Change[] } {
  const { session: before, ip, userAgent } = step;
  const proved = assuranceOf(step.proofs, before.amr);
  const isKept = isAtLeast(proved.acr, before.acr);
  // A code for a lost factor opened the way for a new one, and is behind now. Where the level falls what was held is
  // gone; the password is not, and the level may rest on it.
  const remains = before.amr.filter((method) => (isKept ? method !== 'rec' : method === 'pwd'));
  const raised = {
    amr: [...new Set([...remains, ...proved.amr])],
    acr: proved.acr,
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
