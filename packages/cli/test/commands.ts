import { run } from '../src/main.ts';
import { createTerminal } from '../src/terminal.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Run a command inside the process of the test; a real process costs most of a second each time. */
export async function argus(args: readonly string[]): Promise<Said> {
  const text = { out: '', err: '' };
  const terminal = createTerminal(
    {},
    {
      out: (more) => {
        text.out += more;
      },
      err: (more) => {
        text.err += more;
      },
    },
  );
  const code = await run(args, terminal);
  return { code, ...text };
}

/** Run a command with `--json` and read its answer; it must succeed. */
export async function argusJson<T>(args: readonly string[]): Promise<T> {
  const { code, out, err } = await argus([...args, '--json']);
  if (code !== 0) throw new Error(`argus ${args.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out) as T; // what the command promises; the test looks at the rest
}
