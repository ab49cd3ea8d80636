import { createHash, verify, X509Certificate } from 'node:crypto';
import type { Instant } from '@argus/contract';
import { reachesRoot, readCertificates } from './certificate-chain.ts';
import { type ModelMetadata, modelsOf } from './metadata-entries.ts';

/** What is known of authenticator models, from a file of the FIDO Metadata Service that the operator fetched. */
export interface Metadata {
  /** By AAGUID, in lower case. */
  readonly models: ReadonlyMap<string, ModelMetadata>;
  /** The number of the file; a newer one has a greater number. */
  readonly serial: number;
  /** From then on the file counts as out of date: models may have been broken since. */
  readonly staleAt: Instant;
  /** SHA-256 in hex over the roots and the file: which trust was in force when a passkey was attested. */
  readonly trustHash: string;
}

/** Why a file of metadata is not used, for the operator. */
export const metadataMistakes = {
  malformed: 'The file is not a metadata file of FIDO MDS3.',
  'no-roots': 'None of the given roots is a certificate in PEM.',
  'untrusted-signer':
    'The certificates in the file do not lead to one of the given roots, or name another signer.',
  'wrong-signature': 'The signature of the file does not hold: it was changed or cut off.',
  stale: 'The file says itself that a newer one has been out: fetch that.',
} as const;
export type MetadataMistake = keyof typeof metadataMistakes;

export interface MetadataTrust {
  /** PEM, one root each. */
  readonly roots: readonly string[];
  /** A DNS name in the signer's certificate: the public root signs for half the web (FIDO MDS §3.2). */
  readonly signer?: string;
  readonly now: Instant;
}

const longestBlob = 64 * 1024 * 1024;

/** Reads and proves a file of FIDO MDS3 (a JWS with its certificates); a file that is not right is not used at all. */
export function readMetadata(
  blob: string,
  trust: MetadataTrust,
):
  | { readonly ok: true; readonly metadata: Metadata }
  | { readonly ok: false; readonly mistake: MetadataMistake } {
  const wrong = (mistake: MetadataMistake) => ({ ok: false, mistake }) as const;
  const roots = trust.roots.flatMap(rootOf);
  if (roots.length === 0) return wrong('no-roots');
  const jws = readJws(blob);
  if (!jws) return wrong('malformed');
  const mistake = judgeSigner(jws, roots, trust);
  if (mistake) return wrong(mistake);
  const payload = readPayload(jws.payload);
  if (!payload) return wrong('malformed');
  if (trust.now >= payload.staleAt) return wrong('stale');
  return { ok: true, metadata: { ...payload, trustHash: trustHashOf(roots, blob) } };
}

/** Whether the metadata vouch for a model: it is listed, not known to be broken, and the chain leads to its roots. */
export function isModelProved(
  { models, staleAt }: Metadata,
  { aaguid, chain, now }: { aaguid: string; chain: readonly X509Certificate[]; now: Instant },
): boolean {
  const model = models.get(aaguid);
  return now < staleAt && model !== undefined && !model.isBroken && reachesRoot(chain, model.roots, now);
}

interface Jws {
  readonly algorithm: unknown;
  readonly chain: readonly X509Certificate[];
  readonly signed: string;
  readonly payload: string;
  readonly signature: Buffer;
}

function readJws(blob: string): Jws | null {
  const [header, payload, signature, ...rest] = blob.trim().split('.');
  if (!header || !payload || !signature || rest.length > 0 || blob.length > longestBlob) return null;
  const head = parseObject(header);
  const chain = readCertificates(head?.x5c);
  if (!head || !chain) return null;
  return {
    algorithm: head.alg,
    chain,
    signed: `${header}.${payload}`,
    payload,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function judgeSigner(
  { chain, algorithm, signed, signature }: Jws,
  roots: readonly X509Certificate[],
  { now, signer = 'mds.fidoalliance.org' }: MetadataTrust,
): MetadataMistake | null {
  const [leaf] = chain;
  if (!leaf?.checkHost(signer) || !reachesRoot(chain, roots, now)) return 'untrusted-signer';
  const key = leaf.publicKey;
  // RFC 8725 §3.1: the key decides which algorithms there are, not the file.
  const isEllipticKey = key.asymmetricKeyType === 'ec' && algorithm === 'ES256';
  if (!isEllipticKey && !(key.asymmetricKeyType === 'rsa' && algorithm === 'RS256')) return 'wrong-signature';
  const holds = verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
  return holds ? null : 'wrong-signature';
}

function readPayload(payload: string): Omit<Metadata, 'trustHash'> | null {
  const { no, nextUpdate, entries } = parseObject(payload) ?? {};
  if (typeof no !== 'number' || typeof nextUpdate !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(nextUpdate))
    return null;
  const models = modelsOf(entries);
  const dayMs = 86_400_000;
  const staleAt = Date.parse(nextUpdate) + dayMs;
  return models && Number.isFinite(staleAt) ? { models, serial: no, staleAt } : null;
}

function parseObject(segment: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    // Its members stay unknown; each is checked where it is read.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function rootOf(pem: string): X509Certificate[] {
  try {
    return [new X509Certificate(pem)];
  } catch {
    return [];
  }
}

function trustHashOf(roots: readonly X509Certificate[], blob: string): string {
  const hash = createHash('sha256');
  for (const { fingerprint256 } of roots) hash.update(`${fingerprint256}\n`);
  return hash.update(blob.trim()).digest('hex');
}
