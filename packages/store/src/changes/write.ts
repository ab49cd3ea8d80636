import type { EndReason, Instant, Told } from '@argus/contract';
import type { EndedBy } from '@argus/core';
import type { Row } from '../tables/rows.ts';

/** How sessions ended. */
export interface Ending {
  readonly reason: EndReason;
  readonly at: Instant;
  readonly by: EndedBy;
  /** What the audit log is told beside of each. */
  details?(id: string): Readonly<Record<string, unknown>>;
}

/** One guarded statement. `$1` is always the tenant; `values` are `$2` and on. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface GuardedStatement extends Statement {
  /** Rows that must be touched at least, or the whole commit is lost. */
  readonly expects: 0 | 1;
  /** A statement before it: what that one waited for has happened, and the guard sees it (PostgreSQL §13.2.1). */
  readonly first?: Statement;
  /** Losing to a row that another commit wrote at the same moment is losing, no fault. */
  readonly losesToDuplicate?: true;
  /** Whose rows are sessions that it ended: their grants end too, and the audit log is told of each. */
  readonly ends?: Ending;
  /** What services are to hear of it, in words of the rows that it touched. */
  tells?(ids: readonly string[]): readonly Told[];
}

/** A change that hangs on what is there when its turn has come, under the locks that its commit holds by then. */
export interface AskingStatement {
  readonly asks: Statement;
  /** What follows from the answer; null: the guard found another state. The first tells what the change touched. */
  follows(rows: readonly Row[]): readonly GuardedStatement[] | null;
}

/** How one kind of change is written. */
export type Write<Kind> = GuardedWrite<Kind> | ((change: Kind) => AskingStatement);

export type GuardedWrite<Kind> = (change: Kind) => GuardedStatement;
