/** One guarded statement. `$1` is always the tenant; `values` are `$2` and on. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface GuardedStatement extends Statement {
  /** Rows that must be touched at least, or the whole commit is lost. */
  readonly expects: 0 | 1;
  /** A second statement over the ids that the first returned. */
  thenFor?(ids: readonly string[]): Statement;
}

/** How one kind of change is written. */
export type Write<Kind> = (change: Kind) => GuardedStatement;
