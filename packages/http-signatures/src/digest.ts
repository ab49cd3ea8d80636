import { createHash, timingSafeEqual } from 'node:crypto';
import { SignaturesFault } from './fault.ts';
import { type DigestRejection, type Refused, refused } from './rejection.ts';
import {
  type BareItem,
  type Dictionary,
  type Item,
  itemOf,
  parseDictionary,
  StructuredFieldError,
  serialiseDictionary,
} from './structured-fields/index.ts';

/** RFC 9530 §5: the algorithms that are active; the others are broken. */
export const digestAlgorithms = ['sha-256', 'sha-512'] as const;

export type DigestAlgorithm = (typeof digestAlgorithms)[number];

export type DigestVerdict = { readonly ok: true } | Refused<DigestRejection>;

const hashNames = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const;
const longestField = 4096;

/**
 * The value of Content-Digest for these bytes, or of Repr-Digest for those of a representation. Throws a fault if no
 * algorithm is named. Source: RFC 9530 §2, §3.
 */
export function contentDigest(
  bytes: Uint8Array,
  algorithms: readonly DigestAlgorithm[] = ['sha-256'],
): string {
  if (algorithms.length === 0) throw new SignaturesFault('a digest needs an algorithm');
  const entry = (name: DigestAlgorithm): [string, Item] => {
    return [name, itemOf({ kind: 'bytes', value: hashOf(name, bytes) })];
  };
  return serialiseDictionary(new Map(algorithms.map(entry)));
}

/**
 * Whether the bytes are those that Content-Digest (or Repr-Digest) names: at least one digest of a known algorithm,
 * and all of them right. `lines` are the values of all lines of the field. Source: RFC 9530 §2, §6.6.
 */
export function verifyDigest(lines: readonly string[], bytes: Uint8Array): DigestVerdict {
  if (lines.length === 0) return refused('missing-digest');
  const digests = readDictionary(lines);
  if (digests === undefined) return refused('malformed-digest');
  const known = digestAlgorithms.filter((name) => digests.has(name));
  if (known.length === 0) return refused('unknown-digest');
  for (const name of known) {
    const digest = bytesOf(digests, name);
    if (digest === undefined) return refused('malformed-digest');
    if (!isEqual(digest, hashOf(name, bytes))) return refused('wrong-digest');
  }
  return { ok: true };
}

/**
 * The algorithm that Want-Content-Digest (or Want-Repr-Digest) prefers among the known ones; undefined if it wants
 * none of them or is malformed. Source: RFC 9530 §4.
 */
export function preferredDigest(lines: readonly string[]): DigestAlgorithm | undefined {
  const wishes = readDictionary(lines);
  if (wishes === undefined) return undefined;
  let preferred: { readonly name: DigestAlgorithm; readonly weight: number } | undefined;
  for (const name of digestAlgorithms) {
    const weight = weightOf(valueUnder(wishes, name));
    if (weight > (preferred?.weight ?? 0)) preferred = { name, weight };
  }
  return preferred?.name;
}

function readDictionary(lines: readonly string[]): Dictionary | undefined {
  try {
    // Of two digests of one algorithm another reader may check the other one.
    return parseDictionary(lines, { maxLength: longestField, repeated: 'refused' });
  } catch (error) {
    if (error instanceof StructuredFieldError) return undefined;
    throw error;
  }
}

function bytesOf(digests: Dictionary, name: DigestAlgorithm): Uint8Array | undefined {
  const value = valueUnder(digests, name);
  return value?.kind === 'bytes' ? value.value : undefined;
}

function valueUnder(dictionary: Dictionary, name: string): BareItem | undefined {
  const member = dictionary.get(name);
  return member?.kind === 'item' ? member.value : undefined;
}

/** RFC 9530 §4: 0 is "not acceptable", 10 the most wanted. */
function weightOf(value: BareItem | undefined): number {
  return value?.kind === 'integer' && value.value >= 0 && value.value <= 10 ? value.value : 0;
}

function hashOf(name: DigestAlgorithm, bytes: Uint8Array): Buffer {
  return createHash(hashNames[name]).update(bytes).digest();
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
