import type { TenantId } from '@argus/contract';
import type { Change } from '@argus/core';
import { newcomerOf } from '@argus/core';
import { type SignInRecord, totpOfUser } from '@argus/store';
import type { Services } from '../../services.ts';
import { openTotpSecret } from './sealed-secret.ts';
import { verifyTotp } from './verify-code.ts';

/** What a code proved, as changes that make it count once; or why it proved nothing, for the audit log. */
export type CheckedCode =
  | { readonly ok: true; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly reason: string };

/** Look at a code of a person's authenticator app. The caller has counted the guess. */
export async function checkTotp(
  services: Services,
  tenant: TenantId,
  { record, code }: { readonly record: SignInRecord; readonly code: string },
): Promise<CheckedCode> {
  const userId = record.user.id;
  const totp = await totpOfUser(services.store.pool, tenant, userId);
  if (!totp) return { ok: false, reason: 'no-totp' };
  const secret = openTotpSecret(services, { tenant, userId, id: totp.id }, totp.sealedSecret);
  if (!secret)
    throw new Error('a TOTP secret of this installation does not open: was the master key exchanged?');
  const at = services.clock.now();
  const { driftSteps } = (
    await services.policies.effective(tenant, newcomerOf(record.user, record.device?.userAgent ?? null))
  ).authentication.totp;
  const { offsetSteps, lastStep } = totp;
  const verified = verifyTotp(secret, code, { now: at, offsetSteps, driftSteps, lastStep });
  if (!verified.ok) return { ok: false, reason: `code-${verified.reason}` };
  const { step } = verified;
  return {
    ok: true,
    changes: [
      { kind: 'use-totp', userId, id: totp.id, step, offsetSteps: verified.offsetSteps, at },
      { kind: 'forget-guesses', userId, use: 'totp', isKnownDevice: record.device !== null },
    ],
  };
}
