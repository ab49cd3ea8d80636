/**
 * TypeScript with its comments, and on demand the contents of its strings and regular expressions, replaced by
 * spaces: what is left can be searched without mistaking words for code. Positions and lines stay as they were.
 */
export function codeOnly(source: string, keep: { strings: boolean } = { strings: false }): string {
  const out = source.split('');
  const blank = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) if (out[at] !== '\n') out[at] = ' ';
  };
  /** Brace depth at which each open template literal waits for its `}`. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  while (at < source.length) {
    const end = endOfToken(source, at, templates.at(-1) === depth);
    const kind = kindAt(source, at, templates.at(-1) === depth);
    if (kind === 'comment') blank(at, end);
    else if (kind === 'string' && !keep.strings) blank(at + 1, end - 1);
    else if (kind === 'template') {
      const isResumed = source[at] === '}';
      const isOpenEnded = source.slice(end - 2, end) === '${';
      if (!keep.strings) blank(at + 1, isOpenEnded ? end - 2 : end - 1);
      if (isResumed) templates.pop();
      if (isResumed) depth -= 1;
      if (isOpenEnded) depth += 1;
      if (isOpenEnded) templates.push(depth);
    } else if (source[at] === '{') depth += 1;
    else if (source[at] === '}') depth -= 1;
    at = end;
  }
  return out.join('');
}

type Kind = 'comment' | 'string' | 'template' | 'code';

function kindAt(source: string, at: number, isTemplateDue: boolean): Kind {
  const here = source[at];
  if (here === '/' && (source[at + 1] === '/' || source[at + 1] === '*')) return 'comment';
  if (here === "'" || here === '"') return 'string';
  if (here === '/' && startsRegularExpression(source, at)) return 'string';
  if (here === '`' || (here === '}' && isTemplateDue)) return 'template';
  return 'code';
}

function endOfToken(source: string, at: number, isTemplateDue: boolean): number {
  const kind = kindAt(source, at, isTemplateDue);
  if (kind === 'code') return at + 1;
  if (kind === 'comment') {
    const isLine = source[at + 1] === '/';
    const close = source.indexOf(isLine ? '\n' : '*/', at + 2);
    return close === -1 ? source.length : close + (isLine ? 0 : 2);
  }
  let isInClass = false;
  const quote = source[at];
  for (let next = at + 1; next < source.length; next += 1) {
    const here = source[next];
    if (here === '\\') next += 1;
    else if (kind === 'template' && (here === '`' || (here === '$' && source[next + 1] === '{'))) {
      return here === '`' ? next + 1 : next + 2;
    } else if (quote === '/' && here === '[') isInClass = true;
    else if (quote === '/' && here === ']') isInClass = false;
    else if (kind === 'string' && here === quote && !isInClass) return next + 1;
    else if (kind === 'string' && here === '\n') return next;
  }
  return source.length;
}

/** A slash begins a regular expression where a value may stand, and divides where one has just ended. */
function startsRegularExpression(source: string, at: number): boolean {
  const before = source.slice(Math.max(0, at - 40), at).trimEnd();
  if (before === '') return true;
  if (/(^|[^\w$.])(return|typeof|case|in|of|delete|void|throw|new|await|yield)$/.test(before)) return true;
  return /[(,=:[!&|?{};+\-*%~^<>]$/.test(before);
}
