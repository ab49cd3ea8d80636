import { lineOf } from './repository.ts';
import { codeOnly } from './source-text.ts';

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Nothing of it is left when types are stripped. */
  readonly isTypeOnly: boolean;
}

const forms = [
  /\b(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?)\s*\bfrom\s*(['"])([^'"\n]+)\2/g,
  /\bimport\s*()(['"])([^'"\n]+)\2/g,
  /\b(?:import|require|import\.meta\.resolve)\s*\(\s*()(['"`])([^'"`\n]+)\2/g,
];

/** Every module that a source names: static, re-exported, for its effect, or loaded on demand. */
export function importsOf(source: string): Import[] {
  const text = codeOnly(source, { strings: true });
  const code = codeOnly(source);
  const found: Import[] = [];
  for (const form of forms) {
    for (const match of text.matchAll(form)) {
      const specifier = match[3];
      const isInString =
        code.slice(match.index, match.index + 6) !== text.slice(match.index, match.index + 6);
      if (specifier === undefined || isInString) continue;
      const isTypeOnly = match[1] !== undefined && match[1] !== '';
      found.push({ specifier, line: lineOf(text, match.index), isTypeOnly });
    }
  }
  return found;
}

/** `@argus/store/embedded` → `@argus/store`; null for files, built-in modules and entries of the own package. */
export function packageNameOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('#')) return null;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
