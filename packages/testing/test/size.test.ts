import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { functionsOf } from './tidy/function-scan.ts';
import { sourceFiles, type TextFile } from './tidy/repository.ts';

/** Hard stops; the aims are in brackets and only counted. */
const functionLines = { stop: 70, aim: 40 };
const fileLines = { stop: 400, aim: 250 };

function tooLongFiles(files: readonly TextFile[], limit: number): string[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

function tooLongFunctions(files: readonly TextFile[], limit: number): string[] {
  return files.flatMap(({ path, text }) =>
    functionsOf(text)
      .filter(({ lines }) => lines > limit)
      .map(({ name, line, lines }) => `${path}:${line} ${name} has ${lines} lines`),
  );
}

describe('small rooms', () => {
  // What was bundled from elsewhere is one long line, in which counting lines takes minutes and tells nothing.
  const sources = sourceFiles('src').filter(({ text }) => !text.startsWith('/* Bundled from'));

  test('no file is longer than its hard stop', (t) => {
    const files = [...sources, ...sourceFiles('tests')];
    t.diagnostic(
      `${tooLongFiles(files, fileLines.aim).length} files are over the aim of ${fileLines.aim} lines`,
    );
    assert.deepEqual(tooLongFiles(files, fileLines.stop), []);
  });

  test('no function is longer than its hard stop', (t) => {
    const over = tooLongFunctions(sources, functionLines.aim);
    t.diagnostic(`${over.length} functions are over the aim of ${functionLines.aim} lines`);
    assert.deepEqual(tooLongFunctions(sources, functionLines.stop), []);
  });
});

describe('the count of lines', () => {
  const body = (lines: number): string => '  step();\n'.repeat(lines);
  const heads: [string, string][] = [
    ['a function', 'export async function f(a: { b: string }): Promise<{ c: number }> {\n'],
    ['a method', 'class A {\n  async m<T extends object>(a: T): Promise<T | null> {\n'],
    ['an arrow function', 'const f = (a: string): { b: string } | undefined => {\n'],
    ['a callback', "register('x', async (a) => {\n"],
    ['a function that returns a function', 'function f(a: string): (b: string) => void {\n'],
  ];
  for (const [what, head] of heads) {
    const file = (lines: number): TextFile => ({ path: 'a.ts', text: `${head}${body(lines)}}\n` });
    test(`sees ${what} that is too long and not one that just fits`, () => {
      assert.notEqual(tooLongFunctions([file(69)], 70).length, 0);
      assert.equal(tooLongFunctions([file(68)], 70).length, 0);
    });
  }

  test('is not misled by braces in strings, templates, comments and regular expressions', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is source text
    const inner = "a('}'); b(`}${c({ d: '}' })}}`); // }\n /* } */ e(/[}/]}/);\n";
    const file = { path: 'a.ts', text: `function f() {\n${inner.repeat(40)}}\n` };
    assert.equal(tooLongFunctions([file], 70).length, 1);
  });

  test('sees a file that is too long', () => {
    assert.equal(tooLongFiles([{ path: 'a.ts', text: 'x\n'.repeat(401) }], 400).length, 1);
    assert.equal(tooLongFiles([{ path: 'a.ts', text: 'x\n'.repeat(400) }], 400).length, 0);
  });
});
