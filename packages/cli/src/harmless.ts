/** Everything that a terminal could obey, and marks that turn the direction of text around. */
const commands = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/**
 * Text that only shows itself. Names and user agents come from anyone; written as they are, their control
 * characters could move the cursor, set the title or answer in the operator's place (CWE-150).
 */
export function harmless(text: string, form: 'plain' | 'json' = 'plain'): string {
  return text.replaceAll(commands, (character) => {
    if (character === '\n') return character;
    const code = character.codePointAt(0) ?? 0;
    return form === 'json' ? `\\u${code.toString(16).padStart(4, '0')}` : '\ufffd';
  });
}
