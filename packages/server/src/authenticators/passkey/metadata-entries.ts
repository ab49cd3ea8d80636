import type { X509Certificate } from 'node:crypto';
import { readCertificate } from './certificate-chain.ts';

/** One model of authenticator as the metadata describe it. */
export interface ModelMetadata {
  /** What the maker calls it. */
  readonly description: string;
  /** What the certificates of its attestation must lead to; none where it proves nothing. */
  readonly roots: readonly X509Certificate[];
  /** It was withdrawn, or its keys or its checks were broken once. */
  readonly isBroken: boolean;
}

/**
 * FIDO MDS §3.1.4. A report is never taken back, and which devices were mended afterwards is not in the attestation,
 * so a model that was broken once stays out.
 */
const broken: readonly unknown[] = [
  'REVOKED',
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
];

/** Kinds of attestation that lead to a root (FIDO registry §3.6.3): all but those that a device makes up itself. */
const rooted: readonly unknown[] = ['basic_full', 'attca', 'anonca'];

const mostEntries = 20_000;
const aaguidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The models that have an AAGUID, that is all but U2F keys and UAF; null when the list is not one. */
export function modelsOf(entries: unknown): ReadonlyMap<string, ModelMetadata> | null {
  if (!Array.isArray(entries) || entries.length > mostEntries) return null;
  const models = new Map<string, ModelMetadata>();
  for (const entry of entries) {
    if (!isObject(entry)) return null;
    const { aaguid } = entry;
    if (aaguid === undefined) continue;
    const model = modelOf(entry);
    if (!model || typeof aaguid !== 'string' || !aaguidForm.test(aaguid)) return null;
    models.set(aaguid, model);
  }
  return models;
}

function modelOf({ metadataStatement, statusReports }: Record<string, unknown>): ModelMetadata | null {
  if (!isObject(metadataStatement) || !Array.isArray(statusReports)) return null;
  const { description, attestationTypes, attestationRootCertificates } = metadataStatement;
  if (typeof description !== 'string' || !Array.isArray(attestationTypes)) return null;
  if (!Array.isArray(attestationRootCertificates)) return null;
  const isRooted = attestationTypes.some((type) => rooted.includes(type));
  // A root that cannot be read proves nothing; the others still do.
  const roots = attestationRootCertificates.map(readCertificate).filter((root) => root !== null);
  const isBroken = statusReports.some((report) => !isObject(report) || broken.includes(report.status));
  return { description: description.slice(0, 200), roots: isRooted ? roots : [], isBroken };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
