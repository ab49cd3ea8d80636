import { type FieldLine, linesOf } from './message.ts';
import { type Refused, refused } from './rejection.ts';
import {
  type Dictionary,
  type InnerList,
  parseDictionary,
  StructuredFieldError,
} from './structured-fields/index.ts';

/** Which signature of a message is meant: there may be others, and they count for nothing. */
export type SignatureChoice = { readonly label: string } | { readonly tag: string };

/** One signature as it stands in the message, not verified. */
export interface FoundSignature {
  readonly ok: true;
  readonly label: string;
  readonly input: InnerList;
  readonly signature: Uint8Array;
}

type NotRead = Refused<
  'unsigned' | 'too-long' | 'malformed' | 'repeated-key' | 'unpaired-label' | 'too-many-signatures'
>;
type NotFound = Refused<'no-such-signature' | 'ambiguous'>;

const longestField = 16_384;
const mostSignatures = 16;

/**
 * The one signature that is meant. Every signature of the message must be well formed, labels in pairs and each only
 * once: RFC 8941 lets the last of two win, but another party may have looked at the first.
 * Source: RFC 9421 §3.2 (1), §4.1, §4.2.
 */
export function findSignature(
  fields: readonly FieldLine[],
  choice: SignatureChoice,
): FoundSignature | NotRead | NotFound {
  const all = readSignatures(fields);
  if (!Array.isArray(all)) return all;
  const meant = all.filter((each) =>
    'label' in choice ? each.label === choice.label : tagOf(each.input) === choice.tag,
  );
  const [found] = meant;
  if (found === undefined) return refused('no-such-signature');
  return meant.length === 1 ? found : refused('ambiguous');
}

/** Every signature of a message, in the order of Signature-Input, or what is wrong with one of them. */
export function readSignatures(fields: readonly FieldLine[]): FoundSignature[] | NotRead {
  const inputLines = linesOf(fields, 'signature-input');
  const signatureLines = linesOf(fields, 'signature');
  if (inputLines.length === 0 && signatureLines.length === 0) return refused('unsigned');
  const inputs = readDictionary(inputLines);
  if ('ok' in inputs) return inputs;
  const signatures = readDictionary(signatureLines);
  if ('ok' in signatures) return signatures;
  if (inputs.size > mostSignatures || signatures.size > mostSignatures) return refused('too-many-signatures');
  return paired(inputs, signatures);
}

function readDictionary(lines: readonly string[]): Dictionary | NotRead {
  const text = lines.join(', ');
  if (text.length > longestField) return refused('too-long');
  const strict = parsed(text, 'refused');
  if (strict !== undefined) return strict;
  return refused(parsed(text, 'last') === undefined ? 'malformed' : 'repeated-key');
}

function parsed(text: string, repeated: 'last' | 'refused'): Dictionary | undefined {
  try {
    return parseDictionary(text, { repeated });
  } catch (error) {
    if (error instanceof StructuredFieldError) return undefined;
    throw error;
  }
}

function paired(inputs: Dictionary, signatures: Dictionary): FoundSignature[] | NotRead {
  if (inputs.size !== signatures.size) return refused('unpaired-label');
  const found: FoundSignature[] = [];
  for (const [label, input] of inputs) {
    const member = signatures.get(label);
    if (member === undefined) return refused('unpaired-label');
    // Parameters of a signature are covered by nothing, so none may say anything.
    const isPlain = member.kind === 'item' && member.parameters.size === 0;
    if (input.kind !== 'inner-list' || !isPlain || member.value.kind !== 'bytes') return refused('malformed');
    found.push({ ok: true, label, input, signature: member.value.value });
  }
  return found;
}

function tagOf({ parameters }: InnerList): string | undefined {
  const tag = parameters.get('tag');
  return tag?.kind === 'string' ? tag.value : undefined;
}
