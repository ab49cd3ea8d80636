import { timingSafeEqual } from 'node:crypto';
import type { TenantId } from '@argus/contract';
import { recoveryCodesOfUser, type SignInRecord } from '@argus/store';
import type { Services } from '../../services.ts';
import type { CheckedCode } from '../totp/check-totp.ts';
import { hashRecoveryCode } from './recovery-codes.ts';

/** Look a code up in a person's set: one hash, however many are left. The caller has counted the guess. */
export async function checkRecoveryCode(
  services: Services,
  tenant: TenantId,
  { record, code }: { readonly record: SignInRecord; readonly code: string },
): Promise<CheckedCode> {
  const userId = record.user.id;
  const set = await recoveryCodesOfUser(services.store.pool, tenant, userId);
  if (!set) return { ok: false, reason: 'no-recovery-codes' };
  const hash = await hashRecoveryCode(services, code, { salt: set.salt, who: 'known' });
  if (hash === null) return { ok: false, reason: 'code-malformed' };
  const isLeft = set.hashes.some((each) => each.length === hash.length && timingSafeEqual(each, hash));
  if (!isLeft) return { ok: false, reason: 'code-wrong' };
  const at = services.clock.now();
  return {
    ok: true,
    changes: [
      { kind: 'use-recovery-code', userId, hash, at },
      { kind: 'forget-guesses', userId, use: 'recovery-code', isKnownDevice: record.device !== null },
    ],
  };
}
