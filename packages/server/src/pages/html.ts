const trusted: unique symbol = Symbol('trusted html');

/** Markup that came out of `html`. Nothing else can make one: the symbol stays in this file. */
export interface Html {
  readonly [trusted]: string;
}

/** What may stand in a gap of `html`: markup as it is, text escaped, nothing for null, undefined and false. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

/**
 * Build markup. Text in a gap is escaped for element content and for quoted attributes.
 * A gap inside a tag but outside quotes takes only other `html` output; plain text there throws a TypeError,
 * because no escaping makes it safe (OWASP ASVS 5.0 §1.2.1).
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const bare = bareGapsOf(strings);
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    if (bare[index] && isText(value)) {
      throw new TypeError('Text may not stand inside a tag outside quotes.');
    }
    text += textOf(value) + (strings[index + 1] ?? '');
  });
  return { [trusted]: text };
}

/** The finished text of some markup. */
export function render(page: Html): string {
  return page[trusted];
}

function isText(value: HtmlValue): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function textOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  return trusted in value ? value[trusted] : value.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

// Keyed by the template itself, so as many entries as the source has templates.
const knownGaps = new WeakMap<TemplateStringsArray, readonly boolean[]>();

/** For each gap: does it stand inside a tag and outside quotes? */
function bareGapsOf(strings: TemplateStringsArray): readonly boolean[] {
  const known = knownGaps.get(strings);
  if (known) return known;
  let inTag = false;
  let quote = '';
  const gaps = strings.map((part) => {
    for (const character of part) {
      if (quote) quote = character === quote ? '' : quote;
      else if (inTag && (character === '"' || character === "'")) quote = character;
      else if (character === '<') inTag = true;
      else if (character === '>') inTag = false;
    }
    return inTag && !quote;
  });
  knownGaps.set(strings, gaps);
  return gaps;
}
