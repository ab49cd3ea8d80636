import { type SignatureKey, signBase } from './algorithms.ts';
import { componentOf } from './components/component.ts';
import type { FieldTypes } from './components/field-types.ts';
import { SignaturesFault } from './fault.ts';
import type { FieldLine, Message } from './message.ts';
import { type SignatureBase, signatureBase } from './signature-base.ts';
import { readSignatures } from './signature-fields.ts';
import { writeSignatureParameters } from './signature-parameters.ts';
import {
  type Dictionary,
  type InnerList,
  innerListOf,
  itemOf,
  type Member,
  StructuredFieldError,
  serialiseDictionary,
} from './structured-fields/index.ts';

/** What a new signature covers and says. */
export interface Signing {
  /** Names the signature in the message: a key of a dictionary (RFC 9651 §3.1.2). */
  readonly label: string;
  /** In order; `@method`, `content-type` or, with parameters, `"content-digest";req`. */
  readonly components: readonly string[];
  readonly key: SignatureKey;
  /** Seconds since 1970. */
  readonly created?: number;
  /** Seconds since 1970. */
  readonly expires?: number;
  readonly nonce?: string;
  readonly tag?: string;
  /** Parameters that the key would give and the signature shall not have. */
  readonly omit?: readonly ('alg' | 'keyid')[];
  /** What the fields covered with `sf` are, where that is not known already. */
  readonly fieldTypes?: FieldTypes;
}

/** The values of two fields, each with this one signature. */
export interface SignatureFields {
  readonly label: string;
  readonly signatureInput: string;
  readonly signature: string;
}

/**
 * Signs a message. The parameters stand in the order created, expires, nonce, alg, keyid, tag. Throws a fault if the
 * message cannot be signed so: a component that is absent, unknown, named twice or has a value beyond ASCII, a label
 * or parameter that cannot be written, a key that does not fit. Source: RFC 9421 §3.1, §4.
 */
export function signMessage(message: Message, signing: Signing): SignatureFields {
  const made = trySignMessage(message, signing);
  if (!made.ok) throw new SignaturesFault(`cannot be signed so: ${made.rejection}`);
  const { label, signatureInput, signature } = made;
  return { label, signatureInput, signature };
}

/** The same where others said what to cover, so that a message that lacks it is no fault of ours. */
export function trySignMessage(
  message: Message,
  signing: Signing,
): (SignatureFields & { readonly ok: true }) | Exclude<SignatureBase, { readonly ok: true }> {
  const input = inputOf(signing);
  const made = written(() => signatureBase(message, input, signing.fieldTypes));
  if (!made.ok) return made;
  const value = new Uint8Array(signBase(signing.key, made.base));
  return {
    ok: true,
    label: signing.label,
    signatureInput: dictionaryOf(signing.label, input),
    signature: dictionaryOf(signing.label, itemOf({ kind: 'bytes', value })),
  };
}

/**
 * The fields of a message with one more signature, beside those that it has. Throws a fault if these are malformed or
 * have the label already. Source: RFC 9421 §4.3.
 */
export function appendSignature(fields: readonly FieldLine[], made: SignatureFields): FieldLine[] {
  const present = readSignatures(fields);
  if (!Array.isArray(present) && present.rejection !== 'unsigned') {
    throw new SignaturesFault(`the signatures of the message are ${present.rejection}`);
  }
  if (Array.isArray(present) && present.some(({ label }) => label === made.label)) {
    throw new SignaturesFault('the label is taken');
  }
  return [...fields, ...linesOfSignature(made)];
}

/** The two lines to add to a message that has no signature yet. */
export function linesOfSignature({ signatureInput, signature }: SignatureFields): FieldLine[] {
  return [
    ['signature-input', signatureInput],
    ['signature', signature],
  ];
}

function inputOf({ components, key, omit = [], ...said }: Signing): InnerList {
  const parameters = writeSignatureParameters({
    created: seconds(said.created),
    expires: seconds(said.expires),
    nonce: said.nonce ?? null,
    alg: omit.includes('alg') ? null : key.algorithm,
    keyid: omit.includes('keyid') ? null : key.keyid,
    tag: said.tag ?? null,
  });
  return innerListOf(
    components.map((text) => componentOf(text).item),
    parameters,
  );
}

function seconds(value: number | undefined): number | null {
  if (value === undefined) return null;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new SignaturesFault('times are whole seconds since 1970');
}

function dictionaryOf(label: string, member: Member): string {
  const dictionary: Dictionary = new Map([[label, member]]);
  return written(() => serialiseDictionary(dictionary));
}

function written<Result>(write: () => Result): Result {
  try {
    return write();
  } catch (cause) {
    if (!(cause instanceof StructuredFieldError)) throw cause;
    throw new SignaturesFault('a label or parameter cannot be written', { cause });
  }
}
