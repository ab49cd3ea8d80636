import { open } from 'node:fs/promises';
import type { Schema } from '@argus/contract';
import { isMap, isScalar, LineCounter, type Document as ParsedYaml, parseDocument } from 'yaml';
import { Refused } from './ask.ts';
import { Failure, messageOf } from './failure.ts';

/** What a schema makes of a file. */
type ContentOf<S extends Schema> = ReturnType<S['parse']>;

/** The content of a file that has the right form. */
export interface Document<Content = unknown> {
  readonly file: string;
  readonly content: Content;
  /** Names a place of the content as a person finds it in the file. */
  placeOf(path: readonly PropertyKey[]): string;
}

/** What is wrong with a file, each with its place. */
export interface Mistaken {
  readonly mistakes: readonly string[];
}

const sizeLimit = 256 * 1024;
/** An alias names what stands elsewhere; a few hundred of them can unfold to gigabytes. */
const aliasLimit = 50;

/** Read a YAML or JSON file (JSON is YAML 1.2) and hold it against a schema of the contract. */
export async function readDocument<S extends Schema>(
  file: string,
  schema: S,
): Promise<Document<ContentOf<S>> | Mistaken> {
  let text: string;
  try {
    text = await readBounded(file);
  } catch (error) {
    return { mistakes: [`${file} cannot be read: ${messageOf(error)}`] };
  }
  return parse({ file, text, schema });
}

export function mistakenFailure(file: string, { mistakes }: Mistaken): Failure {
  return new Failure(`${file} cannot be applied; nothing was changed.`, { lines: mistakes });
}

/** A refusal of the server with each mistake at its place in the file; null when it is about something else. */
export function refusedFailure({ file, placeOf }: Document, error: unknown): Failure | null {
  if (!(error instanceof Refused) || !error.problem.errors) return null;
  const lines = error.problem.errors.map(({ path, message }) => {
    const steps = path.split('.').filter((step, at) => at > 0 || step !== 'body');
    return `${placeOf(steps)}: ${message}`;
  });
  return new Failure(`${file} was refused.`, { lines });
}

async function readBounded(file: string): Promise<string> {
  await using handle = await open(file, 'r');
  const buffer = Buffer.alloc(sizeLimit + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read)
    ({ bytesRead: read } = await handle.read(buffer, length, buffer.length - length, null));
  if (length > sizeLimit) throw new Error(`it is longer than ${sizeLimit} bytes`);
  return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
}

function parse<S extends Schema>({
  file,
  text,
  schema,
}: {
  readonly file: string;
  readonly text: string;
  readonly schema: S;
}): Document<ContentOf<S>> | Mistaken {
  const lines = new LineCounter();
  try {
    const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
    const wrong = [...yaml.errors, ...yaml.warnings];
    if (wrong.length > 0)
      return {
        mistakes: wrong.slice(0, 20).map(({ pos, message }) => `${at(file, lines, pos[0])} ${message}`),
      };
    return judge({ file, lines, yaml }, schema, yaml.toJS({ maxAliasCount: aliasLimit }));
  } catch (error) {
    // Nested beyond the stack, or unfolding beyond the limit: the parser throws instead of reporting.
    return { mistakes: [`${file}: ${messageOf(error)}`] };
  }
}

interface Source {
  readonly file: string;
  readonly lines: LineCounter;
  readonly yaml: ParsedYaml;
}

function judge<S extends Schema>(
  source: Source,
  schema: S,
  value: unknown,
): Document<ContentOf<S>> | Mistaken {
  if (value === null || value === undefined) return { mistakes: [`${source.file} is empty`] };
  const placeOf = (path: readonly PropertyKey[]) => place(source, path.map(String));
  const parsed = schema.safeParse(value);
  if (parsed.success) return { file: source.file, content: parsed.data as ContentOf<S>, placeOf }; // by the very schema
  const mistakes = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${placeOf([...issue.path, key])}: is not known here`)
      : [`${placeOf(issue.path)}: ${issue.message}`],
  );
  return { mistakes: mistakes.slice(0, 20) };
}

/** `argus.yaml:12:5 users[3].email`: the nearest place that exists in the file, and the path. */
function place({ file, lines, yaml }: Source, path: readonly string[]): string {
  const steps = path.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const name = steps.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
  for (let depth = steps.length; depth >= 0; depth -= 1) {
    const offset = offsetOf(yaml, steps.slice(0, depth));
    if (offset !== null) return `${at(file, lines, offset)} ${name}`.trimEnd();
  }
  return `${file} ${name}`.trimEnd();
}

function offsetOf(yaml: ParsedYaml, steps: readonly (string | number)[]): number | null {
  const last = steps.at(-1);
  const parent = steps.length > 1 ? yaml.getIn(steps.slice(0, -1), true) : yaml.contents;
  if (typeof last === 'string' && isMap(parent)) {
    // The key, not the value: that is where the eye looks, and an empty value has no place.
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last);
    return isScalar(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
  }
  const node: unknown = steps.length === 0 ? yaml.contents : yaml.getIn(steps, true);
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : null;
}

function at(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}
