import type { SignatureKey } from './algorithms.ts';
import { componentOf } from './components/component.ts';
import { SignaturesFault } from './fault.ts';
import type { Message } from './message.ts';
import { type Refused, refused } from './rejection.ts';
import { type SignatureFields, trySignMessage } from './sign.ts';
import { readCoverage } from './signature-base.ts';
import {
  type BareItem,
  type Dictionary,
  type InnerList,
  innerListOf,
  parseDictionary,
  StructuredFieldError,
  serialiseDictionary,
} from './structured-fields/index.ts';

/** A signature that the other side asks for (RFC 9421 §5.1). Null is what it leaves open. */
export interface SignatureWish {
  readonly label: string;
  /** What shall be covered, in order: `@method`, `content-type` or `"content-digest";req`. */
  readonly components: readonly string[];
  /** Whether it shall say when it was made, and when it ends. */
  readonly created: boolean;
  readonly expires: boolean;
  readonly nonce: string | null;
  readonly alg: string | null;
  readonly keyid: string | null;
  readonly tag: string | null;
}

export type SignatureWishes =
  | { readonly ok: true; readonly wishes: readonly SignatureWish[] }
  | Refused<'too-long' | 'malformed' | 'too-many-signatures' | 'too-many-components' | BadWish>;

type BadWish = 'bad-component' | 'duplicate-component' | 'bad-parameter';

const longestField = 16_384;
const mostSignatures = 16;
const flagNames = ['created', 'expires'] as const;
const textNames = ['nonce', 'alg', 'keyid', 'tag'] as const;

/** The value of Accept-Signature for these wishes. Throws a fault for what cannot be written. Source: RFC 9421 §5.1. */
export function acceptSignature(wishes: readonly SignatureWish[]): string {
  const dictionary = new Map(wishes.map((wish) => [wish.label, inputOf(wish)] as const));
  if (dictionary.size !== wishes.length) throw new SignaturesFault('two wishes of one label');
  try {
    return serialiseDictionary(dictionary);
  } catch (cause) {
    if (!(cause instanceof StructuredFieldError)) throw cause;
    throw new SignaturesFault('a label or parameter cannot be written', { cause });
  }
}

function inputOf(wish: SignatureWish): InnerList {
  const flags = flagNames
    .filter((name) => wish[name])
    .map((name): [string, BareItem] => [name, { kind: 'boolean', value: true }]);
  const texts = textNames.flatMap((name): [string, BareItem][] => {
    const value = wish[name];
    return value === null ? [] : [[name, { kind: 'string', value }]];
  });
  const items = wish.components.map((text) => componentOf(text).item);
  return innerListOf(items, new Map([...flags, ...texts]));
}

/** What a message asks for; `lines` are the values of all lines of Accept-Signature. Source: RFC 9421 §5.1. */
export function parseAcceptSignature(lines: readonly string[]): SignatureWishes {
  if (lines.join(', ').length > longestField) return refused('too-long');
  const dictionary = readDictionary(lines);
  if (dictionary === undefined) return refused('malformed');
  if (dictionary.size > mostSignatures) return refused('too-many-signatures');
  const wishes: SignatureWish[] = [];
  for (const [label, member] of dictionary) {
    if (member.kind !== 'inner-list') return refused('malformed');
    const coverage = readCoverage(member);
    if (!coverage.ok) return coverage;
    const said = readParameters(member);
    if (said === undefined) return refused('bad-parameter');
    wishes.push({ label, components: coverage.components.map(({ identifier }) => identifier), ...said });
  }
  return { ok: true, wishes };
}

function readDictionary(lines: readonly string[]): Dictionary | undefined {
  try {
    return parseDictionary(lines, { repeated: 'refused' });
  } catch (error) {
    if (error instanceof StructuredFieldError) return undefined;
    throw error;
  }
}

type Said = Omit<SignatureWish, 'label' | 'components'>;

function readParameters({ parameters }: InnerList): Said | undefined {
  let said: Said = { created: false, expires: false, nonce: null, alg: null, keyid: null, tag: null };
  for (const [name, value] of parameters) {
    const isFlag = flagNames.some((known) => known === name) && value.kind === 'boolean' && value.value;
    const isText = textNames.some((known) => known === name) && value.kind === 'string';
    if (!isFlag && !isText) return undefined;
    said = { ...said, [name]: value.value };
  }
  return said;
}

export interface Fulfilment {
  readonly key: SignatureKey;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long the signature is good for, where the wish is that it says so. */
  readonly lifetimeSeconds: number;
}

/**
 * Signs a message as the other side wishes, or says why that cannot be: another key or algorithm is wanted, or a
 * component that the message has not. Whether such a signature should be given at all is the caller's to decide.
 * Source: RFC 9421 §5.2.
 */
export function fulfilWish(
  message: Message,
  wish: SignatureWish,
  { key, now, lifetimeSeconds }: Fulfilment,
):
  | (SignatureFields & { readonly ok: true })
  | Refused<
      'unknown-key' | 'wrong-algorithm' | 'absent-component' | 'bad-value' | 'too-many-components' | BadWish
    > {
  if (wish.keyid !== null && wish.keyid !== key.keyid) return refused('unknown-key');
  if (wish.alg !== null && wish.alg !== key.algorithm) return refused('wrong-algorithm');
  const created = Math.floor(now / 1000);
  return trySignMessage(message, {
    label: wish.label,
    components: wish.components,
    key,
    ...(wish.created ? { created } : {}),
    ...(wish.expires ? { expires: created + lifetimeSeconds } : {}),
    ...(wish.nonce === null ? {} : { nonce: wish.nonce }),
    ...(wish.tag === null ? {} : { tag: wish.tag }),
  });
}
