import type { AuthenticatorId, UserId } from '@argus/contract';
import type { Change, Enrolled, EventDraft } from '@argus/core';
import { newRecoveryCodes } from '../authenticators/recovery-code/recovery-codes.ts';
import type { Services } from '../services.ts';

/** New codes, shown once, and the change that keeps their hashes. */
export interface NewSet {
  readonly codes: readonly string[];
  readonly changes: readonly Change[];
}

export async function newRecoverySet(services: Services, userId: UserId): Promise<NewSet> {
  const { codes, salt, hashes } = await newRecoveryCodes(services);
  const createdAt = services.clock.now();
  const id = services.random.uuid() as AuthenticatorId; // made as the name of one
  return {
    codes,
    changes: [
      { kind: 'replace-recovery-codes', set: { id, userId, salt, hashes, createdAt } },
      { kind: 'forget-guesses', userId, use: 'recovery-code', isKnownDevice: null },
    ],
  };
}

const none: NewSet = { codes: [], changes: [] };

/** Nobody has a second factor and no way back from its loss: the first one brings codes along. */
export async function setWithFirstFactor(
  services: Services,
  userId: UserId,
  { recoveryCodes }: Pick<Enrolled, 'recoveryCodes'>,
): Promise<NewSet> {
  return recoveryCodes > 0 ? none : newRecoverySet(services, userId);
}

/** The audit log's line about them. */
export function setEvents(
  { codes }: NewSet,
  about: Pick<EventDraft, 'actor' | 'userId' | 'sessionId' | 'origin'>,
): EventDraft[] {
  return codes.length === 0 ? [] : [{ type: 'recovery-codes.replaced', ...about }];
}
