import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('..', import.meta.url));
export const readme = readFileSync(`${folder}/README.md`, 'utf8');

/** Every block of TypeScript in the README, under the heading that it stands below. */
export function documentedBlocks(): { heading: string; code: string }[] {
  const sections = readme.split(/^## /m).slice(1);
  return sections.flatMap((section) => {
    const heading = section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => ({ heading, code }));
  });
}

/** What the comments of a block say that it prints. */
export function promisedLines(code: string): string[] {
  return [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line = '']) => line);
}

/** What a block really prints, in a process of its own, as it stands. */
export async function printedLines(code: string): Promise<string[]> {
  const args = ['--input-type=module-typescript', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  return stdout.trimEnd().split('\n');
}
