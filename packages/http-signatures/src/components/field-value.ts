import { type FieldLine, linesOf } from '../message.ts';
import { refused } from '../rejection.ts';
import {
  parseDictionary,
  parseItem,
  parseList,
  StructuredFieldError,
  serialiseDictionary,
  serialiseItem,
  serialiseList,
  serialiseMember,
} from '../structured-fields/index.ts';
import type { Component } from './component.ts';
import type { ComponentValue } from './component-value.ts';
import { type FieldType, type FieldTypes, fieldTypeOf } from './field-types.ts';

/** RFC 9421 §2.5: no line breaks and nothing beyond ASCII, or one line of the base could pass for two. */
const plainForm = /^[\t\x20-\x7e]*$/;
/** What a byte sequence may wrap: any octet that can stand in a field (RFC 9110 §5.5). */
const octetForm = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The value of a field in the form that the component asks for. Source: RFC 9421 §2.1. */
export function fieldValue(
  fields: readonly FieldLine[],
  { name, parameters: { bs, sf, key } }: Component,
  fieldTypes: FieldTypes,
): ComponentValue {
  const lines = linesOf(fields, name).map(unfolded);
  if (lines.length === 0) return refused('absent-component');
  if (bs) return wrapped(lines);
  const value = lines.join(', ');
  if (!plainForm.test(value)) return refused('bad-value');
  const type = fieldTypeOf(name, fieldTypes);
  if (key !== undefined) {
    return type === undefined || type === 'dictionary' ? memberValue(value, key) : refused('bad-component');
  }
  if (!sf) return { ok: true, value };
  return type === undefined ? refused('bad-component') : strictValue(value, type);
}

/** RFC 9421 §2.1.3: each line by itself, so that a comma inside one cannot pass for one between two. */
function wrapped(lines: readonly string[]): ComponentValue {
  if (!lines.every((line) => octetForm.test(line))) return refused('bad-value');
  const values = lines.map((line) => `:${Buffer.from(line, 'latin1').toString('base64')}:`);
  return { ok: true, value: values.join(', ') };
}

/** RFC 9421 §2.1.1. */
function strictValue(value: string, type: FieldType): ComponentValue {
  return structured(() => {
    switch (type) {
      case 'item':
        return serialiseItem(parseItem(value, { repeated: 'refused' }));
      case 'list':
        return serialiseList(parseList(value, { repeated: 'refused' }));
      case 'dictionary':
        return serialiseDictionary(parseDictionary(value, { repeated: 'refused' }));
    }
  });
}

/** RFC 9421 §2.1.2. A key that is there twice is refused: another reader may take the other one. */
function memberValue(value: string, key: string): ComponentValue {
  return structured(() => {
    const member = parseDictionary(value, { repeated: 'refused' }).get(key);
    return member === undefined ? undefined : serialiseMember(member);
  });
}

function structured(read: () => string | undefined): ComponentValue {
  try {
    const value = read();
    return value === undefined ? refused('absent-component') : { ok: true, value };
  } catch (error) {
    if (error instanceof StructuredFieldError) return refused('bad-value');
    throw error;
  }
}

/**
 * RFC 9421 §2.1: without the blanks around it, and obsolete line folding (RFC 9112 §5.2) as one space. A line break
 * that folds nothing stays and is refused afterwards.
 */
function unfolded(line: string): string {
  const [first = '', ...others] = line.split('\r\n');
  let value = trimBlanks(first);
  for (const each of others) {
    const isFold = each.startsWith(' ') || each.startsWith('\t');
    value += isFold ? ` ${trimBlanks(each)}` : `\r\n${each}`;
  }
  return trimBlanks(value);
}

/** Only SP and HTAB: `trim` would also take what is no blank in HTTP. */
function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text, from)) from++;
  while (to > from && isBlank(text, to - 1)) to--;
  return text.slice(from, to);
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
