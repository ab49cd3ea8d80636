import type { ExistingChoice, ImportFormat, ImportState, Instant, TenantId, UserId } from '@argus/contract';
import type { Passkey, Totp } from '../authenticator/authenticator.ts';
import type { User } from '../user/user.ts';

/** Where the reading of a file goes on: bytes before it, and what the reader of its format has to know of them. */
export interface ImportPlace {
  readonly offset: number;
  readonly state: unknown;
}

/** People that come from another system, as far as they have come. */
export interface Import {
  readonly id: string;
  readonly tenant: TenantId;
  readonly name: string;
  readonly format: ImportFormat;
  readonly onExisting: ExistingChoice;
  /** Whether roles of administration may come with it. */
  readonly givesAdministration: boolean;
  readonly state: ImportState;
  /** As in the audit log. */
  readonly startedBy: string;
  /** Whose roles bound what it may give; null: the operator's key, which opens everything. */
  readonly askerId: UserId | null;
  /** Bytes that have arrived. */
  readonly bytes: number;
  /** Behind the last row that was dealt with; null: at the beginning. */
  readonly place: ImportPlace | null;
  readonly counts: ImportCounts;
  /** Why it failed. */
  readonly failure: string | null;
  readonly createdAt: Instant;
  /** When the whole file was there. */
  readonly beganAt: Instant | null;
  /** When rows were dealt with last. */
  readonly movedAt: Instant | null;
  readonly endedAt: Instant | null;
}

/** Rows that were dealt with, and what became of them. */
export interface ImportCounts {
  readonly rows: number;
  readonly created: number;
  /** Their address had an account already. */
  readonly skipped: number;
  readonly refused: number;
}

export const noRows: ImportCounts = { rows: 0, created: 0, skipped: 0, refused: 0 };

/** A row that made no account, and why. */
export interface RefusedRow {
  /** Counted from 1; neither a heading nor an empty line counts. */
  readonly row: number;
  /** Where in the row; empty: the row itself. */
  readonly path: string;
  readonly reason: string;
}

/** Somebody with all that proves who they are, to be created at once. */
export interface ImportedPerson {
  readonly user: User;
  readonly phc: string | null;
  readonly totp: Totp | null;
  readonly passkeys: readonly Passkey[];
}

/** Files that arrive or are worked through at once in one tenant. */
export const mostImportsAtOnce = 5;
/** Bytes of one file. */
export const mostImportBytes = 4 * 1024 ** 3;
/** What arrived and was not finished is forgotten after this: credentials do not lie about. */
export const importWaitsMs = 24 * 3_600_000;
/** Refused rows that are kept to be read; the rest is only counted. */
export const mostRefusedRows = 100_000;

/** What may be written about imports; part of `Change`. */
export type ImportChange =
  /** Expects fewer than `most` of its tenant to be under way. */
  | {
      readonly kind: 'create-import';
      readonly import: Import;
      readonly most: number;
      readonly dueAt: Instant;
    }
  /**
   * Expects exactly the bytes before it to have arrived, the file not to be whole, room for `most` bytes, and the import to
   * be of whoever sends them: rows are judged by what its starter may give.
   */
  | {
      readonly kind: 'receive-import';
      readonly importId: string;
      /** Null: the operator. */
      readonly askerId: UserId | null;
      readonly offset: number;
      /** Bytes in clear. */
      readonly size: number;
      readonly sealed: Uint8Array;
      readonly isLast: boolean;
      readonly most: number;
      readonly dueAt: Instant;
      readonly at: Instant;
    }
  /** Expects it to run and `from` rows to have been dealt with; what was read is forgotten. */
  | {
      readonly kind: 'advance-import';
      readonly importId: string;
      readonly from: number;
      readonly to: ImportCounts;
      readonly place: ImportPlace | null;
      readonly refused: readonly RefusedRow[];
      readonly dueAt: Instant;
      readonly at: Instant;
      readonly end: { readonly state: 'finished' | 'failed'; readonly failure: string | null } | null;
    }
  /** Expects it to be under way. */
  | {
      readonly kind: 'end-import';
      readonly importId: string;
      readonly state: 'failed' | 'cancelled';
      readonly failure: string | null;
      readonly at: Instant;
    }
  /** Expects every address and every credential to be free, and an active tenant: all are created, or none. */
  | {
      readonly kind: 'create-newcomers';
      readonly newcomers: readonly ImportedPerson[];
      readonly at: Instant;
    };
