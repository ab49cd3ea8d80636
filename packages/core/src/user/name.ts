/** Control characters, which no store and no log wants, and those that turn the reading direction of what follows. */
const unprintable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu;

/** A person's name as it is kept: NFC, printable, without space around it; null for none. */
export function canonicalName(input: string | undefined): string | null {
  return (input ?? '').normalize('NFC').replace(unprintable, ' ').trim().slice(0, 100) || null;
}
