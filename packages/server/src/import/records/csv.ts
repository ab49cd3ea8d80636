import { gather } from './gathered.ts';
import { afterMark, type Opened } from './opening.ts';
import {
  BrokenFile,
  type Found,
  notText,
  type Place,
  type Read,
  type RecordReader,
  textOf,
  tooLong,
  type Unread,
} from './record.ts';

const newline = 0x0a;
const quote = 0x22;
/** What separates fields: the first of these that the heading has. */
const separators = [',', ';', '\t'] as const;

/** What the first row says. */
interface Heading {
  readonly columns: readonly string[];
  readonly separator: string;
}

/**
 * Rows of a CSV file (RFC 4180) as objects by the names of its first row, which must be known; a field that is empty is none. A quote that is
 * never closed takes the rows after it along until they are too long together; from there on lines count again.
 */
export function readCsv(known: readonly string[], from: Place | null): RecordReader {
  const opening = afterMark(from === null);
  const row = gather();
  let heading = (from?.state as Heading | undefined) ?? null; // written by this very function
  let offset = from?.offset ?? 0;
  let isQuoted = false;

  function* found(): Generator<Found> {
    isQuoted = false;
    const bytes = row.take();
    if (bytes !== null && isBlank(bytes)) return;
    if (heading === null) {
      heading = headingOf(bytes, known);
      return;
    }
    const read = bytes === null ? tooLong : rowOf(bytes, heading);
    yield { ...read, after: { offset, state: heading } };
  }

  function* read({ bytes, passed }: Opened): Generator<Found> {
    offset += passed;
    let begin = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) isQuoted = !isQuoted;
      if (byte !== newline) continue;
      row.add(bytes.subarray(begin, at + (isQuoted ? 1 : 0)));
      offset += at + 1 - begin;
      begin = at + 1;
      if (!isQuoted || row.isTooLong) yield* found();
    }
    row.add(bytes.subarray(begin));
    offset += bytes.length - begin;
  }

  return {
    push: (bytes) => read(opening(bytes, false)),
    *end() {
      yield* read(opening(new Uint8Array(0), true));
      if (!row.isEmpty) yield* found();
      if (heading === null) throw new BrokenFile('has no heading with the names of its columns');
    },
  };
}

function headingOf(bytes: Uint8Array | null, known: readonly string[]): Heading {
  const text = bytes === null ? null : textOf(bytes);
  if (text === null) throw new BrokenFile('has no heading that is UTF-8 text');
  const separator = separators.find((each) => text.includes(each)) ?? ',';
  const columns = fieldsOf(text, separator)?.map((name) => name.trim());
  if (!columns) throw new BrokenFile('has a heading that cannot be read');
  const strange = columns.find((name) => !known.includes(name));
  if (strange !== undefined) throw new BrokenFile(`has a column that is not known: ${strange.slice(0, 50)}`);
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new BrokenFile(`has the column ${twice.slice(0, 50)} twice`);
  return { columns, separator };
}

function rowOf(bytes: Uint8Array, { columns, separator }: Heading): Read | Unread {
  const text = textOf(bytes);
  if (text === null) return notText;
  const fields = fieldsOf(text, separator);
  if (!fields) return { mistake: 'has a quote that is not closed, or text behind one' };
  if (fields.length !== columns.length)
    return { mistake: `has ${fields.length} fields where the heading has ${columns.length}` };
  const entries = columns.flatMap((name, at) => {
    const field = fields[at] ?? '';
    return field === '' ? [] : [[name, field]];
  });
  return { value: Object.fromEntries(entries) };
}

/** The fields of one row; null when its quotes cannot be understood. */
function fieldsOf(row: string, separator: string): string[] | null {
  const text = row.endsWith('\r') ? row.slice(0, -1) : row;
  const fields: string[] = [];
  for (let at = 0; ; at += 1) {
    let field = '';
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1);
      for (; end >= 0 && text[end + 1] === '"'; end = text.indexOf('"', end + 2)) {
        field += text.slice(at + 1, end + 1);
        at = end + 1;
      }
      if (end < 0) return null;
      field += text.slice(at + 1, end);
      at = end + 1;
      if (at < text.length && text[at] !== separator) return null;
    } else {
      const end = text.indexOf(separator, at);
      field = text.slice(at, end < 0 ? undefined : end);
      at = end < 0 ? text.length : end;
    }
    fields.push(field);
    if (at >= text.length) return fields;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
