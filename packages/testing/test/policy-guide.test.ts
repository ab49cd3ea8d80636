import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApiDocument, presetNames } from '@argus/contract';
import { orders, type PolicyValue, presetPolicy, presets } from '@argus/core';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/policy.md'), 'utf8');

/** The lines of the guide between two marks, which the code alone decides. */
function made(name: string): string[] {
  const [, part = ''] =
    new RegExp(`<!-- ${name}: made .*? -->\\n(.*?)<!-- ${name}: end -->`, 's').exec(guide) ?? [];
  return part.trim().split('\n');
}

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const code = (text: string) => `\`${text}\``;

interface Form {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly enum?: readonly (string | number)[];
  readonly const?: string;
  readonly anyOf?: readonly Form[];
  readonly items?: Form;
  readonly properties?: Readonly<Record<string, Form>>;
  readonly additionalProperties?: Form | false;
}

interface Described {
  readonly paths: {
    readonly '/admin/v1/policy': {
      readonly put: {
        readonly requestBody: {
          readonly content: { readonly 'application/json': { readonly schema: Form } };
        };
      };
    };
  };
}

// The contract's own document; its form is tested where it is made.
const described = openApiDocument('https://login.example', '1.0.0') as unknown as Described;
const document = described.paths['/admin/v1/policy'].put.requestBody.content['application/json'].schema;

function formOf(path: string): Form {
  let form = document;
  for (const key of path.split('.')) {
    const inner = form.properties?.[key] ?? form.additionalProperties;
    assert.ok(inner, `the contract has no ${path}`);
    form = inner;
  }
  return form;
}

function allowed(form: Form): string {
  if (form.anyOf) return form.anyOf.map(allowed).join(', or ');
  if (form.enum) return form.enum.map(String).join(', ');
  if (form.const !== undefined) return form.const;
  if (form.type === 'array')
    return form.items?.enum ? `any of ${allowed(form.items)}` : `up to ${form.maxItems} ids`;
  if (form.type === 'boolean') return 'true, false';
  if (form.type === 'null') return 'null';
  return `${form.type === 'integer' ? 'whole, ' : ''}${form.minimum} to ${form.maximum}`;
}

const tighter: Readonly<Record<string, string>> = {
  min: 'smaller',
  max: 'larger',
  and: 'false',
  or: 'true',
  intersection: 'what all allow',
  union: 'what any names',
  none: '–',
};

function words(value: PolicyValue | undefined): string {
  assert.ok(value !== undefined);
  if (value === null) return 'null';
  return Array.isArray(value) ? value.join(' ') || 'none' : String(value);
}

const valueIn = (preset: (typeof presetNames)[number], path: string) =>
  words(presetPolicy(preset).rules.get(path)?.value);

function others(path: string): string {
  const usual = valueIn('balanced', path);
  const byValue = new Map<string, string[]>();
  for (const preset of presetNames) {
    const value = valueIn(preset, path);
    if (value !== usual) byValue.set(value, [...(byValue.get(value) ?? []), preset]);
  }
  return [...byValue].map(([value, names]) => `**${value}** ${names.join(', ')}`).join('; ') || '–';
}

test('the guide has every key with its order, range and values, as the code has them', () => {
  const rows = Object.entries(orders).map(([path, order]) => {
    const form = formOf(path);
    const isRanked = typeof order !== 'string';
    if (isRanked) assert.deepEqual(new Set(form.enum), new Set(order), path);
    const direction = isRanked ? 'later' : (tighter[order] ?? '');
    const range = isRanked ? order.join(', ') : allowed(form);
    return row(code(path), direction, range, valueIn('balanced', path), others(path));
  });
  const head = [row('key', 'tighter', 'allowed', 'balanced', 'otherwise'), '|---|---|---|---|---|'];
  assert.deepEqual(made('keys'), [...head, ...rows]);
});

test('the guide has every preset with what its reader should know', () => {
  const rows = presetNames.map((name) => {
    const { title, isFloor, note } = presets[name];
    return row(code(name), title, isFloor ? 'yes' : 'no', note);
  });
  assert.deepEqual(made('presets'), [row('preset', 'title', 'floor', 'note'), '|---|---|---|---|', ...rows]);
});
