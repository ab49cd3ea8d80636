import { CommanderError } from 'commander';
import { Failure } from './failure.ts';
import { createProgram } from './program.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** Run the command line of this process. */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = openTerminal(process);
  process.exitCode = await run(args, terminal);
}

/** Run one command; the exit code says 0 done, 1 refused or failed, 2 wrongly called. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Failure)) {
      terminal.note(`argus: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return 1;
    }
    terminal.note(`argus: ${error.message}`);
    for (const line of error.lines) terminal.note(`  ${line}`);
    return error.exitCode;
  }
}
