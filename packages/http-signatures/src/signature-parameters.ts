import type { BareItem, Parameters } from './structured-fields/index.ts';

/** What a signature says of itself (RFC 9421 §2.3). Times are seconds since 1970; null is what it does not say. */
export interface SignatureParameters {
  readonly created: number | null;
  readonly expires: number | null;
  readonly nonce: string | null;
  readonly alg: string | null;
  readonly keyid: string | null;
  readonly tag: string | null;
}

/** In the order in which they are written. */
export const parameterNames = ['created', 'expires', 'nonce', 'alg', 'keyid', 'tag'] as const;

export type ParameterName = (typeof parameterNames)[number];

const unsaid: SignatureParameters = {
  created: null,
  expires: null,
  nonce: null,
  alg: null,
  keyid: null,
  tag: null,
};

/** Undefined for a parameter of another type, and for one that is not known: it might take back what others say. */
export function readSignatureParameters(parameters: Parameters): SignatureParameters | undefined {
  let read = unsaid;
  for (const [name, value] of parameters) {
    if (!isParameterName(name) || !isOfType(name, value)) return undefined;
    read = { ...read, [name]: value.value };
  }
  return read;
}

/** Created, expires, nonce, alg, keyid, tag: always in this order. */
export function writeSignatureParameters(parameters: Partial<SignatureParameters>): Parameters {
  const entries = parameterNames.flatMap((name): [string, BareItem][] => {
    const value = parameters[name] ?? null;
    if (value === null) return [];
    return [[name, typeof value === 'number' ? { kind: 'integer', value } : { kind: 'string', value }]];
  });
  return new Map(entries);
}

export function isParameterName(name: string): name is ParameterName {
  return parameterNames.some((known) => known === name);
}

/** RFC 9421 §2.3: times are integers, and none lies before 1970. */
function isOfType(name: ParameterName, value: BareItem): boolean {
  if (name === 'created' || name === 'expires') return value.kind === 'integer' && value.value >= 0;
  return value.kind === 'string';
}
