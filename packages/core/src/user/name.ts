/** Control characters, which no store and no log wants, and those that turn the reading direction of what follows. */
const unprintable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu;

/** A person's name as it is kept: NFC, printable, without space around it; null for none. */
export function canonicalName(input: string | undefined): string | null {
  const text = (input ?? '').normalize('NFC').replace(unprintable, ' ').trim();
  // Cut between letters, never inside one; the cut may leave a space at the end.
  return [...text].slice(0, 100).join('').trim() || null;
}
