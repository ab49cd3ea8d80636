import { spawnSync } from 'node:child_process';
import { errandPath } from './run.ts';

const boundOptions = ['--pdeathsig', 'INT', '--no-new-privs', '--'];

let supported: boolean | null = null;

/** A program and its arguments, as `spawn` takes them. */
export interface Command {
  program: string;
  args: readonly string[];
}

/**
 * Lets the kernel stop the database when its owner dies, also by kill −9 (Linux, with util-linux). Where that is
 * not supported the command is left as it is, and the next start stops what was left running.
 */
export function boundToOwner(command: Command): Command {
  supported ??=
    spawnSync('setpriv', [...boundOptions, 'true'], { env: { PATH: errandPath }, stdio: 'ignore' }).status ===
    0;
  return supported
    ? { program: 'setpriv', args: [...boundOptions, command.program, ...command.args] }
    : command;
}
