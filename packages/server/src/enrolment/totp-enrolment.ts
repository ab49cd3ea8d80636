import type { AuthenticatorId, TenantId } from '@argus/contract';
import { type Change, canonicalName, type Totp, type User } from '@argus/core';
import { totpOfUser } from '@argus/store';
import { qrCode, qrCodeUrl } from '../authenticators/totp/qr-code.ts';
import { openEnrolment, sealEnrolment, sealTotpSecret } from '../authenticators/totp/sealed-secret.ts';
import { newTotpSecret, otpauthUri, secretText } from '../authenticators/totp/secret.ts';
import { verifyFirstCode } from '../authenticators/totp/verify-code.ts';
import type { Html } from '../pages/html.ts';
import type { Services } from '../services.ts';

/** Who sets an authenticator app up, and in which session or attempt. */
export interface Enrolling {
  readonly tenant: TenantId;
  readonly user: User;
  readonly subject: string;
}

/** A secret that counts once it is confirmed; until then it travels with the person. */
export interface TotpEnrolment {
  readonly secret: string;
  readonly uri: string;
  readonly qr: Html;
  readonly qrCodeUrl: string;
  readonly enrolment: string;
}

const qrLabel = 'QR code for your authenticator app';

export function beginTotpEnrolment(services: Services, { tenant, user, subject }: Enrolling): TotpEnrolment {
  const secret = newTotpSecret(services);
  return shownEnrolment(services, { tenant, user, subject }, secret);
}

/** The same secret again, after a code that was not right: the person has scanned it already. */
export function resumeTotpEnrolment(
  services: Services,
  enrolling: Enrolling,
  enrolment: string | undefined,
): TotpEnrolment {
  const { tenant, user, subject } = enrolling;
  const secret = openEnrolment(services, { tenant, userId: user.id, subject }, enrolment);
  return secret ? shownEnrolment(services, enrolling, secret) : beginTotpEnrolment(services, enrolling);
}

function shownEnrolment(services: Services, enrolling: Enrolling, secret: Uint8Array): TotpEnrolment {
  const { tenant, user, subject } = enrolling;
  const uri = otpauthUri({ secret, account: user.email });
  return {
    secret: secretText(secret),
    uri,
    qr: qrCode(uri, qrLabel),
    qrCodeUrl: qrCodeUrl(uri, qrLabel),
    enrolment: sealEnrolment(services, { tenant, userId: user.id, subject }, secret),
  };
}

export interface FirstCode {
  readonly enrolment: string;
  readonly code: string;
  readonly name?: string | undefined;
  /** An app that was set up before gives way. */
  readonly mayReplace: boolean;
}

export type EnrolledTotp =
  | { readonly ok: true; readonly totp: Totp; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly refused: 'wrong_code' | 'form_expired' };

/** The changes that make a confirmed secret an authenticator. Its first code is used up by it. */
export async function finishTotpEnrolment(
  services: Services,
  { tenant, user, subject }: Enrolling,
  { enrolment, code, name, mayReplace }: FirstCode,
): Promise<EnrolledTotp> {
  const secret = openEnrolment(services, { tenant, userId: user.id, subject }, enrolment);
  if (!secret) return { ok: false, refused: 'form_expired' };
  const now = services.clock.now();
  const verified = verifyFirstCode(secret, code, { now });
  if (!verified.ok) return { ok: false, refused: 'wrong_code' };
  const id = services.random.uuid() as AuthenticatorId; // made as the name of one
  const totp: Totp = {
    id,
    userId: user.id,
    sealedSecret: sealTotpSecret(services, { tenant, userId: user.id, id }, secret),
    offsetSteps: verified.offsetSteps,
    lastStep: verified.step,
    name: canonicalName(name) ?? 'Authenticator app',
    createdAt: now,
    lastUsedAt: now,
  };
  const before = mayReplace ? await totpOfUser(services.store.pool, tenant, user.id) : null;
  return {
    ok: true,
    totp,
    changes: [
      { kind: 'add-totp', totp, replaces: before?.id ?? null },
      // What was guessed at is another secret now.
      { kind: 'forget-guesses', userId: user.id, use: 'totp', isKnownDevice: null },
    ],
  };
}
