export interface PasswordSettings {
  /** Words that a password may not consist of, beside those of the service and of the person. */
  readonly contextWords: readonly string[];
  /** Where leaked passwords are asked for; null: only the list that comes with the server. */
  readonly breachedPasswordsUrl: string | null;
}

const mostWords = 100;

/** Read ARGUS_CONTEXT_WORDS and ARGUS_BREACHED_PASSWORDS_URL. */
export function passwordSettingsOf(
  env: { readonly contextWords: readonly string[]; readonly breachedPasswordsUrl: string | undefined },
  mistakes: string[],
): PasswordSettings {
  const { contextWords, breachedPasswordsUrl: url } = env;
  const isUnusable = (word: string) => word.length > 100 || !/\p{L}{3}/u.test(word);
  if (contextWords.length > mostWords || contextWords.some(isUnusable))
    mistakes.push(
      `ARGUS_CONTEXT_WORDS must list at most ${mostWords} words of three letters or more, such as "Harbour Bank,teller"`,
    );
  if (url === undefined || url === '') return { contextWords, breachedPasswordsUrl: null };
  if (!isRange(url))
    mistakes.push(
      `ARGUS_BREACHED_PASSWORDS_URL must be an https address that ends in a slash, such as https://api.pwnedpasswords.com/range/, not "${url}"`,
    );
  return { contextWords, breachedPasswordsUrl: url };
}

/** Plain http would show the beginning of every hash, and let anyone on the way say yes; on loopback nobody is. */
function isRange(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.href !== text || !text.endsWith('/') || url.search || url.hash || url.username)
    return false;
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname))
  );
}
