/** What a password may stand close to: the person, the service, and what the operator named. */
export interface PasswordContext {
  /** The words of the service itself. */
  readonly service: readonly string[];
  /** Canonical. */
  readonly email?: string | undefined;
  readonly name?: string | null | undefined;
}

/** Shorter ones stand in every other password. */
const shortestWord = 3;
/** What else must be there for a password to be more than its context: fewer letters than this are decoration. */
const fewestOwnLetters = 4;
const mostWords = 200;

/** Figures that stand for letters. Some stand for two, so each reading is tried. */
const readings: readonly Readonly<Record<string, string>>[] = [
  {},
  { '0': 'o', '1': 'i', '!': 'i', '3': 'e', '4': 'a', '@': 'a', '5': 's', $: 's', '7': 't', '+': 't' },
  { '0': 'o', '1': 'l', '!': 'l', '3': 'e', '4': 'a', '@': 'a', '5': 's', $: 's', '7': 't', '+': 't' },
];

/**
 * Whether a password is only its context, decorated: words of the service or of the person, repeated, joined, with
 * figures and signs around them or in the place of letters (OWASP ASVS 5.0 §6.1.2 and §6.2.11; NIST SP 800-63B-4
 * §3.1.1.2). A passphrase that has such a word among others is none.
 */
export function isOnlyContext(password: string, context: PasswordContext): boolean {
  const words = contextWordsOf(context);
  const folded = fold(password);
  // Figures count as letters here, for addresses that are made of them.
  const withFigures = folded.replace(/[^\p{L}\p{N}]/gu, '');
  return (
    isMadeOf(withFigures, words) ||
    readings.some((reading) => isMadeOf(lettersOf(readAs(folded, reading)), words))
  );
}

/** The words of a context, folded, longest first. */
export function contextWordsOf({ service, email, name }: PasswordContext): readonly string[] {
  const [local = '', domain = ''] = (email ?? '').split('@');
  const labels = domain.split('.');
  const texts = [...service, local, ...labels.slice(0, -1), domain, name ?? ''];
  const words = new Set<string>();
  for (const text of texts.map(fold)) {
    words.add(text.replace(/[^\p{L}\p{N}]/gu, ''));
    words.add(lettersOf(text));
    for (const part of text.split(/[^\p{L}]+/u)) words.add(part);
  }
  return [...words]
    .filter((word) => [...word].length >= shortestWord)
    .sort((a, b) => b.length - a.length)
    .slice(0, mostWords);
}

function isMadeOf(text: string, words: readonly string[]): boolean {
  let rest = text;
  // A mark in the place of each word, so that what stood around it does not join to another.
  for (const word of words) rest = rest.replaceAll(word, ' ');
  return rest.includes(' ') && [...rest.replaceAll(' ', '')].length < fewestOwnLetters;
}

function readAs(text: string, reading: Readonly<Record<string, string>>): string {
  return [...text].map((character) => reading[character] ?? character).join('');
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}]/gu, '');
}

/** Compatibility forms and case are one, accents fall away. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
