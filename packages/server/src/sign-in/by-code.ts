import type { Authentication, Change, EventDraft, GuessUse } from '@argus/core';
import type { SignInRecord } from '@argus/store';
import { checkRecoveryCode } from '../authenticators/recovery-code/check-recovery-code.ts';
import { checkTotp } from '../authenticators/totp/check-totp.ts';
import { takeGuess } from '../flows/take-guess.ts';
import { isRefused } from '../http/answer.ts';
import { codesNotice } from '../recovery/authenticator-notice.ts';
import type { Services } from '../services.ts';
import { advance } from './advance.ts';
import { isAsked, type NextProof, openProgress } from './open-progress.ts';
import type { SignInOutcome } from './outcome.ts';
import { settle } from './settle.ts';
import { tellWrong } from './tell-wrong.ts';

export interface CodeProof extends NextProof {
  readonly code: string;
  readonly rememberDevice?: boolean | undefined;
}

/** The second factor by an authenticator app. */
export function continueWithTotp(services: Services, call: CodeProof): Promise<SignInOutcome> {
  return continueWithCode(services, call, 'totp');
}

/** In place of a lost factor: a recovery code. Its session counts as one factor. */
export function continueWithRecoveryCode(services: Services, call: CodeProof): Promise<SignInOutcome> {
  return continueWithCode(services, { ...call, rememberDevice: false }, 'recovery-code');
}

async function continueWithCode(services: Services, call: CodeProof, use: GuessUse): Promise<SignInOutcome> {
  const { tenant, origin, code, rememberDevice } = call;
  const opened = await openProgress(services, call);
  if (isRefused(opened)) return opened;
  const { progress, record } = opened;
  if (!(await isAsked(services, call, { opened, method: use }))) return { refused: 'denied' };
  const slowed = await takeGuess(services, { tenant, use, record, origin });
  if (slowed) return slowed;
  const check = use === 'totp' ? checkTotp : checkRecoveryCode;
  const checked = await check(services, tenant, { record, code });
  if (!checked.ok)
    return tellWrong(services, call, {
      userId: record.user.id,
      reason: checked.reason,
      refused: 'wrong_code',
    });
  const provedAt = services.clock.now();
  const proof: Authentication = { method: use === 'totp' ? 'otp' : 'rec', provedAt };
  const outcome = await advance(services, {
    ...call,
    record,
    proofs: [...progress.proofs, proof],
    before: progress,
    changes: use === 'totp' ? checked.changes : [...checked.changes, ...codeNotice(services, call, record)],
    events: use === 'totp' ? [] : [codeUsed(call, record.user.id)],
    details: { ...progress.details, rememberDevice: rememberDevice ?? progress.details.rememberDevice },
  });
  return settle(outcome);
}

function codeNotice(services: Services, { tenant, origin }: CodeProof, record: SignInRecord): Change[] {
  const { user, enrolled } = record;
  const at = services.clock.now();
  return codesNotice(services, { tenant, user, origin, at }, enrolled.recoveryCodes - 1);
}

function codeUsed({ origin }: CodeProof, userId: NonNullable<EventDraft['userId']>): EventDraft {
  return { type: 'recovery-code.used', actor: 'user', userId, origin };
}
