import { lineOf } from './repository.ts';
import { codeOnly } from './source-text.ts';

export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

const notNames = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'with',
  'return',
  'typeof',
  'await',
  'super',
]);
const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/** Every function, method and arrow function with a block as its body, from its head to its closing brace. */
export function functionsOf(source: string): FunctionSpan[] {
  const code = codeOnly(source);
  const spans: FunctionSpan[] = [];
  for (const head of code.matchAll(/([\w$]+)?\s*(?:<[^<>(){}]*>)?\(/g)) {
    const name = head[1] ?? '';
    if (notNames.has(name)) continue;
    const afterParameters = endOfGroup(code, head.index + head[0].length - 1);
    const open = bodyAfter(code, afterParameters);
    if (open === -1) continue;
    const first = lineOf(code, head.index + head[0].search(/\S/));
    spans.push({ name, line: first, lines: lineOf(code, endOfGroup(code, open) - 1) - first + 1 });
  }
  return spans;
}

/** The position of the `{` that opens the body, past a return type and an arrow; -1 when there is none. */
function bodyAfter(code: string, from: number): number {
  let previous = ')';
  for (let at = from; at < code.length; at += 1) {
    const here = code[at] ?? '';
    if (/\s/.test(here)) continue;
    const isArrow = here === '=' && code[at + 1] === '>';
    // What follows one of these is still a type: `: { a: string }`, `Promise<{…}>`, `a | { b: 1 }`.
    const isInType = /[:|&,<([?]/.test(previous) || (previous === 'type' && here !== '{');
    if (here === '{' && !isInType) return at;
    if (isArrow) {
      at += 1;
      previous = '=>';
    } else if (previous === ')' && here !== ':') {
      return -1;
    } else if (previous === '=>') {
      // An expression body, or a function type, whose own arrow may still come: `(a): (() => void) => {`.
      if (here !== '(' && !/[\w$]/.test(here)) return -1;
      previous = 'type';
    } else if (here in closers) {
      at = endOfGroup(code, at) - 1;
      previous = 'type';
    } else if (/[;,)}\]=]/.test(here)) {
      return -1;
    } else {
      previous = /[\w$.'"]/.test(here) ? 'type' : here;
    }
  }
  return -1;
}

/** The position just past the bracket that closes the one at `open`. */
function endOfGroup(code: string, open: number): number {
  const opener = code[open] ?? '';
  const closer = closers[opener];
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === opener) depth += 1;
    // The `>` of an arrow closes nothing.
    else if (code[at] === closer && !(closer === '>' && code[at - 1] === '=')) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return code.length;
}
