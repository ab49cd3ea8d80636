import type { Instant, TenantId, UserId } from '@argus/contract';
import type { Services } from '../../services.ts';

/** Whose authenticator it is. */
interface Owned {
  readonly tenant: TenantId;
  readonly userId: UserId;
  /** The authenticator. */
  readonly id: string;
}

/** Encrypt a secret for its row; it opens for that authenticator of that person alone, so rows cannot be exchanged. */
export function sealTotpSecret(
  { secrets }: Pick<Services, 'secrets'>,
  of: Owned,
  secret: Uint8Array,
): string {
  return secrets.seal(purposeOf(of), Buffer.from(secret).toString('base64url'));
}

/** The secret of a row; null for one that this installation cannot open. */
export function openTotpSecret(
  { secrets }: Pick<Services, 'secrets'>,
  of: Owned,
  sealed: string,
): Uint8Array | null {
  const text = secrets.unseal(purposeOf(of), sealed);
  return text === null ? null : Buffer.from(text, 'base64url');
}

function purposeOf({ tenant, userId, id }: Owned): string {
  return `argus totp secret ${JSON.stringify([tenant, userId, id])}`;
}

/** Who began an enrolment, and where. */
interface Enrolling {
  readonly tenant: TenantId;
  readonly userId: UserId;
  /** The session in which it began, or the attempt when it is part of a sign-in. */
  readonly subject: string;
}

interface Carried {
  readonly secret: string;
  readonly at: Instant;
}

export const enrolmentLifeMs = 10 * 60_000;
const longest = 400;

/**
 * A secret that nobody has confirmed yet. It travels with the person, encrypted, so that an enrolment which is never
 * finished leaves nothing in the database.
 */
export function sealEnrolment(
  { secrets, clock }: Pick<Services, 'secrets' | 'clock'>,
  of: Enrolling,
  secret: Uint8Array,
): string {
  const carried: Carried = { secret: Buffer.from(secret).toString('base64url'), at: clock.now() };
  return secrets.seal(enrolmentOf(of), JSON.stringify(carried));
}

/** The secret that this person was given in this session or attempt at most ten minutes ago; null for all else. */
export function openEnrolment(
  { secrets, clock }: Pick<Services, 'secrets' | 'clock'>,
  of: Enrolling,
  sealed: string | undefined,
): Uint8Array | null {
  if (sealed === undefined || sealed.length > longest) return null;
  const text = secrets.unseal(enrolmentOf(of), sealed);
  if (text === null) return null;
  const { secret, at }: Carried = JSON.parse(text); // nobody but us can have written it
  return clock.now() - at <= enrolmentLifeMs ? Buffer.from(secret, 'base64url') : null;
}

function enrolmentOf({ tenant, userId, subject }: Enrolling): string {
  return `argus totp enrolment ${JSON.stringify([tenant, userId, subject])}`;
}
