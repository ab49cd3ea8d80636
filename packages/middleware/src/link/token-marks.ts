import { hash } from 'node:crypto';
import type { Instant, RevocationType } from '@argus/contract';
import { type AccessClaims, isOfPerson } from '@argus/tokens';
import type { EndMark, RevocationTable } from './revocation-table.ts';

/** What of one token can be ended: its own name, its grant, session, person, client and tenant, each as a mark. */
export interface TokenMarks {
  readonly words: Uint32Array;
  /** When the person's session began (claim `sct`); -1 where there is none. */
  readonly sessionAt: Instant;
  /** The beginning of the second in which it was issued. */
  readonly issuedAt: Instant;
}

/** Where the mark of each kind begins in `words`. */
const places = {
  'token-ended': 0,
  'grant-ended': 4,
  'client-ended': 8,
  'tenant-ended': 12,
  'session-ended': 16,
  'user-ended': 20,
} as const satisfies Record<RevocationType, number>;

/** Whose a token without a person is, where another client exchanged it: that client's end is this token's, too. */
const ownerPlace = 16;
const wordsOfClient = 20;
const wordsOfPerson = 24;

export function marksOf(claims: AccessClaims): TokenMarks {
  const isPerson = isOfPerson(claims);
  const words = new Uint32Array(isPerson ? wordsOfPerson : wordsOfClient);
  write(words, 'token-ended', claims.jti);
  write(words, 'grant-ended', claims.gid);
  write(words, 'client-ended', claims.client_id);
  write(words, 'tenant-ended', claims.tenant);
  if (isPerson) {
    write(words, 'session-ended', claims.sid);
    write(words, 'user-ended', claims.sub);
  } else writeMark(words, ownerPlace, nameOf('client-ended', claims.sub));
  return { words, sessionAt: isPerson ? claims.sct : -1, issuedAt: claims.iat * 1000 };
}

/** Whether anything that this token stands on has ended. */
export function isEnded(table: RevocationTable, marks: TokenMarks, now: Instant): boolean {
  const { words, sessionAt, issuedAt } = marks;
  const until = (kind: RevocationType) => table.endedBefore({ words, at: places[kind] }, now);
  if (until('token-ended') === Number.POSITIVE_INFINITY) return true;
  if (until('grant-ended') === Number.POSITIVE_INFINITY) return true;
  if (issuedAt <= until('client-ended') || issuedAt <= until('tenant-ended')) return true;
  if (words.length === wordsOfClient) return issuedAt <= table.endedBefore({ words, at: ownerPlace }, now);
  return until('session-ended') === Number.POSITIVE_INFINITY || sessionAt <= until('user-ended');
}

/** The mark that a revocation leaves. Without a `before` it ends whatever bears it, however young. */
export function endMarkOf(
  kind: RevocationType,
  of: string,
  times: { readonly exp: number; readonly before?: number | undefined },
): EndMark {
  const words = new Uint32Array(4);
  writeMark(words, 0, nameOf(kind, of));
  return { words, at: 0, exp: times.exp, before: times.before ?? Number.POSITIVE_INFINITY };
}

function write(words: Uint32Array, kind: RevocationType, of: string): void {
  writeMark(words, places[kind], nameOf(kind, of));
}

/** The kind is part of it, or one id could end another thing. */
function nameOf(kind: RevocationType, of: string): string {
  return `${kind} ${of}`;
}

/** Half of a SHA-256: nobody finds two names that share it. */
function writeMark(words: Uint32Array, at: number, name: string): void {
  const digest = hash('sha256', name, 'buffer');
  for (let word = 0; word < 4; word += 1) words[at + word] = digest.readUInt32LE(word * 4);
}
