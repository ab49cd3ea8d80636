/** Control characters and everything that turns or hides what follows; joiners stay, which scripts and emoji need. */
const unprintable = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** What a mail program would make a link of. */
const linkish = /:\/\/|@|www\.|[\p{L}\p{N}-]\.\p{L}{2,}/iu;

/**
 * Words that a stranger may have chosen, fit for a mail that we sign: one line, cut at `limit` letters. Null when nothing
 * is left, or when it would read as a link or an address: a mail of ours must not carry somebody else's message.
 */
export function plainWords(text: string | null | undefined, limit: number): string | null {
  const line = (text ?? '').normalize('NFC').replace(unprintable, ' ').replace(/\s+/gu, ' ').trim();
  if (line === '' || linkish.test(line.normalize('NFKC'))) return null;
  const letters = [...line];
  return letters.length <= limit
    ? line
    : `${letters
        .slice(0, limit - 1)
        .join('')
        .trimEnd()}…`;
}

/** An address by which its owner recognises it and nobody else learns it: "a•••@example.org". */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${[...email.slice(0, at)][0] ?? ''}•••${email.slice(at)}`;
}
