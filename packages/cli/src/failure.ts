/** What ends a command with a clear sentence instead of a stack trace. */
export class Failure extends Error {
  /** 1: refused or failed; 2: wrongly called or configured. */
  readonly exitCode: 1 | 2;
  /** What else there is to say, a line each. */
  readonly lines: readonly string[];

  constructor(message: string, more: { readonly exitCode?: 1 | 2; readonly lines?: readonly string[] } = {}) {
    super(message);
    this.name = 'Failure';
    this.exitCode = more.exitCode ?? 1;
    this.lines = more.lines ?? [];
  }
}

/** The words of an error; some errors of the network have a code only. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || codeOf(error) || error.name;
}

/** The code by which Node and PostgreSQL name an error. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
