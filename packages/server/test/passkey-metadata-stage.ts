import { sign } from 'node:crypto';
import type { TestAuthority } from '@argus/testing/test-authority';

export interface BlobAsk {
  readonly models?: readonly {
    readonly aaguid: string;
    readonly roots: readonly Buffer[];
    readonly statuses?: readonly string[];
    readonly types?: readonly string[];
  }[];
  /** Instead of the entries that the models make. */
  readonly entries?: unknown;
  readonly nextUpdate?: unknown;
  readonly host?: string;
  readonly algorithm?: string;
  readonly until?: string;
}

/** A file as the FIDO Metadata Service gives it out, by an authority of ours. */
export function metadataBlob(authority: TestAuthority, ask: BlobAsk = {}): string {
  const { host = 'mds.fidoalliance.org', algorithm = 'ES256', nextUpdate = '2026-02-01' } = ask;
  const { until = '491231' } = ask;
  const signer = authority.issue({ subject: { CN: host }, host, until });
  const header = { alg: algorithm, typ: 'JWT', x5c: [signer.der.toString('base64')] };
  const payload = { legalHeader: '', no: 7, nextUpdate, entries: ask.entries ?? entriesOf(ask) };
  const signed = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = { key: signer.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

function entriesOf({ models = [] }: BlobAsk): unknown[] {
  return models.map(({ aaguid, roots, statuses = [], types = ['basic_full'] }) => ({
    aaguid,
    metadataStatement: {
      description: `Model ${aaguid.slice(0, 8)}`,
      attestationTypes: types,
      attestationRootCertificates: roots.map((root) => root.toString('base64')),
    },
    statusReports: statuses.map((status) => ({ status, effectiveDate: '2025-01-01' })),
  }));
}
