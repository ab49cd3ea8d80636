import { timingSafeEqual } from 'node:crypto';
import type { Mark } from '@argus/core';
import { hashOf, type Secrets } from '../../secrets.ts';
import type { Clock } from '../../services/clock.ts';
import type { Random } from '../../services/random.ts';

/** How long a person has to touch, look or type. */
export const challengeLifetimeMs = 5 * 60_000;

/** What a challenge is for. It is worth nothing for anything or anybody else. */
export interface ChallengeUse {
  readonly purpose: 'register' | 'sign-in' | 'second-factor' | 'step-up';
  /** Whose: a user, a session or an attempt, as the purpose has it. */
  readonly subject: string;
}

const nonceBytes = 16;
const expiryBytes = 6;
const tagBytes = 32;

/**
 * A challenge in base64url: 128 random bits (WebAuthn §13.4.3), when it ends, and a tag over both and its use.
 * So it needs no row before somebody answers it, and strangers cannot fill a table with them.
 */
export function newChallenge(
  { secrets, clock, random }: { secrets: Secrets; clock: Clock; random: Random },
  use: ChallengeUse,
): string {
  const head = Buffer.alloc(nonceBytes + expiryBytes);
  head.set(random.bytes(nonceBytes));
  head.writeUIntBE(clock.now() + challengeLifetimeMs, nonceBytes, expiryBytes);
  return Buffer.concat([head, tagOf(secrets, use, head)]).toString('base64url');
}

/**
 * The mark of a challenge that was made here for this use and is in time; null for anything else. Whoever acts on the
 * challenge claims the mark in the same commit, so that it counts once.
 */
export function readChallenge(
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  use: ChallengeUse,
  challenge: string,
): Mark | null {
  const bytes = Buffer.from(challenge, 'base64url');
  // One challenge has one spelling, or its mark could be claimed twice.
  if (bytes.length !== nonceBytes + expiryBytes + tagBytes || bytes.toString('base64url') !== challenge)
    return null;
  const head = bytes.subarray(0, nonceBytes + expiryBytes);
  if (!timingSafeEqual(tagOf(secrets, use, head), bytes.subarray(head.length))) return null;
  const expiresAt = head.readUIntBE(nonceBytes, expiryBytes);
  return clock.now() < expiresAt ? { use: 'webauthn', hash: hashOf(challenge), expiresAt } : null;
}

function tagOf(secrets: Secrets, { purpose, subject }: ChallengeUse, head: Buffer): Uint8Array {
  return secrets.challengeTag(JSON.stringify([purpose, subject, head.toString('base64url')]));
}
