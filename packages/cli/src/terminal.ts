import { harmless } from './harmless.ts';

/** Where a command speaks: results on the one side, everything else on the other. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line of the result, on standard output. */
  say(line: string): void;
  /** The whole result for machines, on standard output. */
  sayJson(value: unknown): void;
  /** A line beside the result, on standard error. */
  note(line: string): void;
}

/** Where text goes in the end. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
}

export function createTerminal(env: Terminal['env'], { out, err }: Streams): Terminal {
  return {
    env,
    say: (line) => out(`${harmless(line)}\n`),
    sayJson: (value) => out(`${harmless(JSON.stringify(value, null, 2), 'json')}\n`),
    note: (line) => err(`${harmless(line)}\n`),
  };
}

/** The terminal of this process. */
export function openTerminal({
  env,
  stdout,
  stderr,
}: Pick<NodeJS.Process, 'env' | 'stdout' | 'stderr'>): Terminal {
  // Who reads may stop reading (`argus audit list | head`); that is no fault.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return createTerminal(env, { out: (text) => stdout.write(text), err: (text) => stderr.write(text) });
}
