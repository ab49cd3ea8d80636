import { type Component, readComponent } from './components/component.ts';
import { componentValue } from './components/component-value.ts';
import type { FieldTypes } from './components/field-types.ts';
import type { Message } from './message.ts';
import { type Refused, refused } from './rejection.ts';
import { type InnerList, serialiseInnerList } from './structured-fields/index.ts';

/** A list of covered components with its signature parameters, read. */
export interface Coverage {
  readonly ok: true;
  readonly input: InnerList;
  readonly components: readonly Component[];
}

type BadCoverage = Refused<'too-many-components' | 'bad-component' | 'duplicate-component'>;
type BadValue = Refused<'absent-component' | 'bad-component' | 'bad-value'>;

/** The bytes that are signed, or why there are none. */
export type SignatureBase = { readonly ok: true; readonly base: Buffer } | BadCoverage | BadValue;

/** Each component is looked up in the message, so that their number is a cost. */
const mostComponents = 64;

/**
 * The signature base of a message for these covered components and signature parameters, as they stand in
 * Signature-Input; or why it has none. Source: RFC 9421 §2.5.
 */
export function signatureBase(
  message: Message,
  input: InnerList,
  fieldTypes: FieldTypes = {},
): SignatureBase {
  const coverage = readCoverage(input);
  return coverage.ok ? baseOf(message, coverage, fieldTypes) : coverage;
}

/** RFC 9421 §2: each component only once, whatever the order of its parameters. */
export function readCoverage(input: InnerList): Coverage | BadCoverage {
  if (input.items.length > mostComponents) return refused('too-many-components');
  const components: Component[] = [];
  const identities = new Set<string>();
  for (const item of input.items) {
    const component = readComponent(item);
    if (component === undefined) return refused('bad-component');
    if (identities.has(component.identity)) return refused('duplicate-component');
    identities.add(component.identity);
    components.push(component);
  }
  return { ok: true, input, components };
}

export function baseOf(
  message: Message,
  { input, components }: Coverage,
  fieldTypes: FieldTypes = {},
): { readonly ok: true; readonly base: Buffer } | BadValue {
  let text = '';
  for (const component of components) {
    const found = componentValue(message, component, fieldTypes);
    if (!found.ok) return found;
    text += `${component.identifier}: ${found.value}\n`;
  }
  text += `"@signature-params": ${serialiseInnerList(input)}`;
  return { ok: true, base: Buffer.from(text, 'latin1') };
}
