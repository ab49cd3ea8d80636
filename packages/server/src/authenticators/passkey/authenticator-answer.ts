import { hash } from 'node:crypto';
import type { PasskeyPolicy } from '@argus/core';
import { parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import { type Bytes, isSame } from './bytes.ts';
import type { PasskeyRefusal } from './passkey-refusal.ts';
import type { RelyingParty } from './relying-party.ts';

/** What an authenticator says (WebAuthn §6.1). */
export type AuthenticatorData = ReturnType<typeof parseAuthenticatorData>;

/** Null for bytes that are no authenticator data. */
export function readAuthenticatorData(bytes: Bytes): AuthenticatorData | null {
  try {
    return parseAuthenticatorData(bytes);
  } catch {
    // Cut off, too long, or no CBOR: the library throws for each, and all are the sender's doing.
    return null;
  }
}

export interface AuthenticatorExpectation {
  readonly relyingParty: RelyingParty;
  readonly policy: Pick<PasskeyPolicy, 'userVerification'>;
}

/** The checks that registration and authentication share (WebAuthn §7.1 and §7.2); null when all hold. */
export function judgeAuthenticatorData(
  { rpIdHash, flags }: AuthenticatorData,
  { relyingParty, policy }: AuthenticatorExpectation,
): PasskeyRefusal | null {
  if (!isSame(rpIdHash, hash('sha256', relyingParty.rpId, 'buffer'))) return 'rp-id';
  if (!flags.up) return 'user-presence';
  if (policy.userVerification === 'required' && !flags.uv) return 'user-verification';
  return flags.bs && !flags.be ? 'backup-state' : null;
}

export interface Extensions {
  /** What the browser reports to the page. */
  readonly client: Readonly<Record<string, unknown>>;
  /** What stands under the authenticator's signature. */
  readonly authenticator: unknown;
}

/** Whether all that came was asked for by us or, where `asked` says so, by every browser on its own. */
export function areSolicited(
  { client, authenticator }: Extensions,
  asked: { readonly client: readonly string[]; readonly authenticator: readonly string[] },
): boolean {
  return (
    Object.keys(client).every((name) => asked.client.includes(name)) &&
    Object.keys(authenticator ?? {}).every((name) => asked.authenticator.includes(name))
  );
}
