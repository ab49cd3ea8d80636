import type { Instant, UserId } from '@argus/contract';
import type { Change, LinkDetails, LinkKind } from '@argus/core';
import { hashOf } from '../secrets.ts';
import type { Services } from '../services.ts';

const hour = 3_600;
const day = 24 * hour;

/** How long a link lives, and which page it opens. What opens an account by mail alone is short (ASVS 6.5.5). */
const kinds: Readonly<Record<LinkKind, { readonly lifeSeconds: number; readonly path: string }>> = {
  'first-administrator': { lifeSeconds: 7 * day, path: '/link' },
  invitation: { lifeSeconds: 7 * day, path: '/link' },
  'verify-email': { lifeSeconds: day, path: '/verify-email' },
  'change-email': { lifeSeconds: day, path: '/verify-email' },
  'reset-password': { lifeSeconds: 30 * 60, path: '/reset' },
  'undo-changes': { lifeSeconds: 7 * day, path: '/undo' },
  'stop-recovery': { lifeSeconds: 7 * day, path: '/stop-recovery' },
};

export interface NewLink {
  /** The secret in it; only its hash is kept. */
  readonly token: string;
  readonly url: string;
  readonly expiresAt: Instant;
  readonly change: Change;
}

export interface LinkOrder {
  readonly kind: LinkKind;
  readonly userId: UserId | null;
  readonly details?: LinkDetails;
  /** The user may not exist; then nothing is written, with the same work. */
  readonly orNobody?: true;
}

/** A one-time link, and the change that makes it count. */
export function newLink(services: Services, { kind, userId, details = {}, orNobody }: LinkOrder): NewLink {
  const { random, clock } = services;
  const token = random.bytes(32).toString('base64url');
  const createdAt = clock.now();
  const { lifeSeconds } = kinds[kind];
  const expiresAt = createdAt + lifeSeconds * 1000;
  const link = {
    id: random.uuid(),
    tokenHash: hashOf(token),
    kind,
    userId,
    details,
    createdAt,
    expiresAt,
    consumedAt: null,
  };
  return {
    token,
    url: linkUrl(services, kind, token),
    expiresAt,
    change: { kind: 'create-link', link, ...(orNobody ? { orNobody } : {}) },
  };
}

/** Where a link leads. */
export function linkUrl({ config }: Services, kind: LinkKind, token: string): string {
  return `${config.issuer}${kinds[kind].path}?token=${token}`;
}
