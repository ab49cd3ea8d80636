import type { AuthenticationResponse, TenantId, UserId } from '@argus/contract';
import type { Change, Passkey, PasskeyProof } from '@argus/core';
import { passkeyByCredential, userFacts } from '@argus/store';
import type { Services } from '../../services.ts';
import { type ChallengeUse, readChallenge } from './challenge.ts';
import { relyingPartyOf } from './relying-party-of.ts';
import { verifyAuthentication } from './verify-authentication.ts';

export interface ShownPasskey {
  readonly response: AuthenticationResponse;
  readonly use: ChallengeUse;
  /** Whose it must be; null where the passkey says who it is. */
  readonly userId: UserId | null;
}

/** What a passkey proved, with the changes that make its challenge and its counter count once. */
export type CheckedPasskey =
  | {
      readonly ok: true;
      readonly passkey: Passkey;
      readonly proof: PasskeyProof;
      readonly changes: readonly Change[];
    }
  | { readonly ok: false; readonly reason: string; readonly userId: UserId | null };

/** Look at what a passkey answered. Writes nothing. */
export async function checkPasskey(
  services: Services,
  tenant: TenantId,
  { response, use, userId }: ShownPasskey,
): Promise<CheckedPasskey> {
  const credentialId = Buffer.from(response.rawId, 'base64url');
  const passkey = await passkeyByCredential(services.store.pool, tenant, credentialId);
  if (!passkey) return { ok: false, reason: 'passkey-unknown', userId };
  const record = await userFacts(services.store.pool, tenant, { userId: passkey.userId, secretHash: null });
  if (!record) return { ok: false, reason: 'passkey-unknown', userId };
  const { id: owner, roles, groups } = record.user;
  const policy = (await services.policies.effective(tenant, { userId: owner, roles, groups })).authentication
    .passkey;
  const verified = await verifyAuthentication(response, passkey, {
    relyingParty: relyingPartyOf(services),
    policy,
    userId,
    readChallenge: (challenge) => readChallenge(services, use, challenge),
  });
  if (!verified.ok) return { ok: false, reason: `passkey-${verified.reason}`, userId: passkey.userId };
  const at = services.clock.now();
  const { newSignCount, isUserVerified, isBackupEligible, isBackedUp } = verified.facts;
  const { isAttested, id, signCount } = passkey;
  return {
    ok: true,
    passkey,
    proof: { method: 'passkey', provedAt: at, isUserVerified, isAttested, isBackupEligible },
    changes: [
      { kind: 'claim-mark', mark: verified.mark },
      {
        kind: 'use-passkey',
        userId: passkey.userId,
        id,
        fromSignCount: signCount,
        signCount: newSignCount,
        isBackupEligible,
        isBackedUp,
        at,
      },
    ],
  };
}
