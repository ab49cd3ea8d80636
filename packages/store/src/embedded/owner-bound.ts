import { spawnSync } from 'node:child_process';
import { ERRAND_PATH } from './run.ts';

const BOUND = ['--pdeathsig', 'INT', '--no-new-privs', '--'];

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
    spawnSync('setpriv', [...BOUND, 'true'], { env: { PATH: ERRAND_PATH }, stdio: 'ignore' }).status === 0;
  return supported ? { program: 'setpriv', args: [...BOUND, command.program, ...command.args] } : command;
}
