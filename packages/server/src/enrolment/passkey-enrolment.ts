import type { AuthenticatorId, CreationOptions, RegistrationResponse } from '@argus/contract';
import { type Change, canonicalName, mostPasskeys, type Passkey, type PasskeyProof } from '@argus/core';
import { passkeysOfUser } from '@argus/store';
import { newChallenge, readChallenge } from '../authenticators/passkey/challenge.ts';
import { modelName } from '../authenticators/passkey/model-names.ts';
import { registrationOptions } from '../authenticators/passkey/registration-options.ts';
import { relyingPartyOf } from '../authenticators/passkey/relying-party-of.ts';
import { verifyRegistration } from '../authenticators/passkey/verify-registration.ts';
import type { Services } from '../services.ts';
import type { Enrolling } from './totp-enrolment.ts';

/** What the browser is to make for this person, here and now. */
export async function beginPasskeyEnrolment(
  services: Services,
  { tenant, user, subject }: Enrolling,
): Promise<CreationOptions> {
  const passkeys = await passkeysOfUser(services.store.pool, tenant, user.id);
  return registrationOptions({
    relyingParty: relyingPartyOf(services),
    policy: await passkeyPolicyOf(services, { tenant, user }),
    user,
    challenge: newChallenge(services, { purpose: 'register', subject: subjectOf(user.id, subject) }),
    passkeys,
  });
}

/** By role and group: devices and risk say nothing about which keys a person may have. */
async function passkeyPolicyOf(services: Services, { tenant, user }: Pick<Enrolling, 'tenant' | 'user'>) {
  const subject = { userId: user.id, roles: user.roles, groups: user.groups };
  return (await services.policies.effective(tenant, subject)).authentication.passkey;
}

export type EnrolledPasskey =
  | {
      readonly ok: true;
      readonly passkey: Passkey;
      /** Making it proved that it is there. */
      readonly proof: PasskeyProof;
      readonly changes: readonly Change[];
    }
  | { readonly ok: false; readonly reason: string };

/** The changes that make a new passkey an authenticator. */
export async function finishPasskeyEnrolment(
  services: Services,
  { tenant, user, subject }: Enrolling,
  { credential, name }: { readonly credential: RegistrationResponse; readonly name?: string | undefined },
): Promise<EnrolledPasskey> {
  const now = services.clock.now();
  const use = { purpose: 'register', subject: subjectOf(user.id, subject) } as const;
  const verified = await verifyRegistration(credential, {
    relyingParty: relyingPartyOf(services),
    policy: await passkeyPolicyOf(services, { tenant, user }),
    metadata: services.passkeyMetadata,
    now,
    readChallenge: (challenge) => readChallenge(services, use, challenge),
  });
  if (!verified.ok) return { ok: false, reason: `passkey-${verified.reason}` };
  const { isAttested, isBackupEligible, aaguid } = verified.passkey;
  const passkey: Passkey = {
    ...verified.passkey,
    id: services.random.uuid() as AuthenticatorId, // made as the name of one
    userId: user.id,
    name: canonicalName(name) ?? modelName(aaguid) ?? 'Passkey',
    createdAt: now,
    lastUsedAt: null,
  };
  return {
    ok: true,
    passkey,
    proof: {
      method: 'passkey',
      provedAt: now,
      isUserVerified: verified.isUserVerified,
      isAttested,
      isBackupEligible,
    },
    changes: [
      { kind: 'claim-mark', mark: verified.mark },
      { kind: 'add-passkey', passkey, most: mostPasskeys },
    ],
  };
}

/** Bound to the person too: a challenge of one account makes no passkey for another in the same browser. */
function subjectOf(userId: string, subject: string): string {
  return `${userId} ${subject}`;
}
