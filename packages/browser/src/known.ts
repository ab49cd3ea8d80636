import type { SessionAnswer } from '@argus/contract';

/** What the server last said, its times in milliseconds of the server's clock. */
export interface Known {
  readonly answer: SessionAnswer;
  readonly id: string;
  /** When the person last proved who they are. */
  readonly authTime: number;
  readonly createdAt: number;
  readonly lastActiveAt: number;
  /** End of the access token in the cookie. */
  readonly expiresAt: number;
  readonly idleExpiresAt: number;
  readonly absoluteExpiresAt: number;
}

/** Read an answer; null when it is not one (a proxy's page, another version of the server). */
export function knownOf(answer: SessionAnswer | null | undefined): Known | null {
  const session = answer?.session;
  if (!answer || !session || typeof session.id !== 'string') return null;
  const known: Known = {
    answer,
    id: session.id,
    authTime: Date.parse(session.authTime),
    createdAt: Date.parse(session.createdAt),
    lastActiveAt: Date.parse(session.lastActiveAt),
    expiresAt: Date.parse(session.expiresAt),
    idleExpiresAt: Date.parse(session.idleExpiresAt),
    absoluteExpiresAt: Date.parse(session.absoluteExpiresAt),
  };
  const { authTime, createdAt, lastActiveAt, expiresAt } = known;
  const sum = authTime + createdAt + lastActiveAt + expiresAt + known.idleExpiresAt + known.absoluteExpiresAt;
  return Number.isFinite(sum) ? known : null;
}

/** The end that only activity, or nothing at all, can move. */
export function endOf(known: Known): number {
  return Math.min(known.idleExpiresAt, known.absoluteExpiresAt);
}

/** Whether `known` is a later word than `asked`: another session, or the same one with that limit moved. */
export function isNewer(
  known: Known | null,
  asked: Known | null,
  limit: 'expiresAt' | 'idleExpiresAt',
): boolean {
  return known !== null && (asked === null || known.id !== asked.id || known[limit] > asked[limit]);
}
