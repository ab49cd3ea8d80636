import type { Instant, UserId } from '@argus/contract';
import type { Change, LinkKind } from '@argus/core';
import { hashOf } from '../secrets.ts';
import type { Services } from '../services.ts';

const lifeSeconds = 7 * 86_400;

export interface NewLink {
  /** The secret in it; only its hash is kept. */
  readonly token: string;
  readonly url: string;
  readonly expiresAt: Instant;
  readonly change: Change;
}

/** A one-time link for a user who has no password yet, or for one who does not exist yet. */
export function newLink(services: Services, kind: LinkKind, userId: UserId | null): NewLink {
  const { random, clock } = services;
  const token = random.bytes(32).toString('base64url');
  const createdAt = clock.now();
  const expiresAt = createdAt + lifeSeconds * 1000;
  const link = {
    id: random.uuid(),
    tokenHash: hashOf(token),
    kind,
    userId,
    details: {},
    createdAt,
    expiresAt,
    consumedAt: null,
  };
  return { token, url: linkUrl(services, token), expiresAt, change: { kind: 'create-link', link } };
}

/** Where a link leads. */
export function linkUrl({ config }: Services, token: string): string {
  return `${config.issuer}/link?token=${token}`;
}
