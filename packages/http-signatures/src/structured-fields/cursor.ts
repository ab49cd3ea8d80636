import { StructuredFieldError } from './fault.ts';

/** A text and how far it has been read. Every step goes forward, so reading is linear in the length. */
export interface Cursor {
  readonly text: string;
  at: number;
}

export function isAtEnd({ text, at }: Cursor): boolean {
  return at >= text.length;
}

/** The next character if it is this one; then it is read. */
export function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

export function expect(cursor: Cursor, character: string): void {
  if (!take(cursor, character)) fail(cursor, `expected ${character}`);
}

/** What a sticky pattern matches here, which may be nothing. */
export function takeAll(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0] ?? '';
  cursor.at += found.length;
  return found;
}

export function skipSpaces(cursor: Cursor): void {
  while (cursor.text[cursor.at] === ' ') cursor.at++;
}

/** OWS of RFC 9110 §5.6.3. */
export function skipBlanks(cursor: Cursor): void {
  while (cursor.text[cursor.at] === ' ' || cursor.text[cursor.at] === '\t') cursor.at++;
}

export function fail({ at }: Cursor, reason: string): never {
  throw new StructuredFieldError(`${reason} at character ${at}`);
}
