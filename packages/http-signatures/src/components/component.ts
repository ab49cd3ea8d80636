import { SignaturesFault } from '../fault.ts';
import {
  type BareItem,
  type Item,
  itemOf,
  type Parameters,
  parseItem,
  StructuredFieldError,
  serialiseItem,
} from '../structured-fields/index.ts';

/** What of a message is covered: a field or a derived component, and in which form (RFC 9421 §2). */
export interface Component {
  readonly name: string;
  readonly parameters: ComponentParameters;
  /** As it stands in a list of covered components. */
  readonly item: Item;
  /** The same as text: so it stands in the signature base. */
  readonly identifier: string;
  /** The same for two identifiers that differ only in the order of their parameters (RFC 9421 §2). */
  readonly identity: string;
}

export interface ComponentParameters {
  readonly sf: boolean;
  readonly bs: boolean;
  readonly req: boolean;
  readonly tr: boolean;
  readonly key: string | undefined;
  readonly name: string | undefined;
}

/** RFC 9421 §2.2. */
export const derivedNames = [
  '@method',
  '@target-uri',
  '@authority',
  '@scheme',
  '@request-target',
  '@path',
  '@query',
  '@query-param',
  '@status',
] as const;

export type DerivedName = (typeof derivedNames)[number];

/** RFC 9110 §5.1, in lower case only (RFC 9421 §2.1). */
const fieldNameForm = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const flagNames: readonly string[] = ['sf', 'bs', 'req', 'tr'];
const textNames: readonly string[] = ['key', 'name'];

/** The component that an item of a list of covered components names; undefined if there is none such. */
export function readComponent(item: Item): Component | undefined {
  if (item.value.kind !== 'string') return undefined;
  const name = item.value.value;
  const parameters = readParameters(item.parameters);
  if (parameters === undefined) return undefined;
  const isKnown = isDerivedName(name) ? fitsDerived(name, parameters) : fitsField(name, parameters);
  if (!isKnown) return undefined;
  return { name, parameters, item, identifier: serialiseItem(item), identity: identityOf(item) };
}

/**
 * The component that is written as `@method`, `content-type` or, with parameters, `"signature";req;key="sig1"`.
 * Throws a fault for anything else: whoever writes components down knows them.
 */
export function componentOf(text: string): Component {
  const component = readComponent(readText(text));
  if (component === undefined) throw new SignaturesFault(`no such component: ${text}`);
  return component;
}

export function isDerivedName(name: string): name is DerivedName {
  return derivedNames.some((known) => known === name);
}

function readText(text: string): Item {
  if (!text.startsWith('"')) return itemOf({ kind: 'string', value: text });
  try {
    return parseItem(text, { repeated: 'refused' });
  } catch (cause) {
    if (!(cause instanceof StructuredFieldError)) throw cause;
    throw new SignaturesFault(`no such component: ${text}`, { cause });
  }
}

/** RFC 9421 §6.5.2; a parameter that nobody here knows could mean anything. */
function readParameters(parameters: Parameters): ComponentParameters | undefined {
  for (const [name, value] of parameters) {
    const isFlag = flagNames.includes(name) && value.kind === 'boolean' && value.value;
    const isText = textNames.includes(name) && value.kind === 'string';
    if (!isFlag && !isText) return undefined;
  }
  return {
    sf: parameters.has('sf'),
    bs: parameters.has('bs'),
    req: parameters.has('req'),
    tr: parameters.has('tr'),
    key: textOf(parameters.get('key')),
    name: textOf(parameters.get('name')),
  };
}

function textOf(value: BareItem | undefined): string | undefined {
  return value?.kind === 'string' ? value.value : undefined;
}

/** RFC 9421 §2.1: bytes have no structure, so `bs` cannot stand with `sf` or `key`; `name` is not for fields. */
function fitsField(name: string, { sf, bs, key, name: queryName }: ComponentParameters): boolean {
  return fieldNameForm.test(name) && queryName === undefined && !(bs && (sf || key !== undefined));
}

/** RFC 9421 §2.2: a status is never the request's, and only a query parameter has a name. */
function fitsDerived(name: DerivedName, parameters: ComponentParameters): boolean {
  const { sf, bs, tr, key, req } = parameters;
  if (sf || bs || tr || key !== undefined) return false;
  if ((parameters.name !== undefined) !== (name === '@query-param')) return false;
  return !(name === '@status' && req);
}

function identityOf(item: Item): string {
  if (item.parameters.size < 2) return serialiseItem(item);
  const sorted = [...item.parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  return serialiseItem({ ...item, parameters: new Map(sorted) });
}
