import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SnapshotEntry } from '@argus/contract';
import {
  firstDigest,
  generateKey,
  issueFeedToken,
  openKeyRing,
  type SnapshotMessage,
  snapshotPartEntries,
  verifyFeedToken,
} from '../src/index.ts';
import { masterKey, now, nowSeconds, random } from './fixtures.ts';

const longest = {
  issuer: `https://${'id.'.repeat(80)}example`,
  tenant: 't'.repeat(63),
  clientId: (n: number) => `client-${n}`.padEnd(128, '~'),
};

function snapshotOf(entries: readonly SnapshotEntry[]): SnapshotMessage {
  return {
    iss: longest.issuer,
    tenant: longest.tenant,
    time: nowSeconds,
    type: 'snapshot',
    seq: Number.MAX_SAFE_INTEGER,
    digest: firstDigest,
    part: 1,
    parts: 1,
    policy: { degraded: 'accept-until-expiry', staleAfterSeconds: 3_600 },
    entries,
  };
}

test('a part of a snapshot can be signed and read however long the names in it are', async () => {
  const about = { use: 'service', algorithm: 'EdDSA', publishedAt: now, signsFromAt: now } as const;
  const ring = openKeyRing([await generateKey(about, masterKey, random)], masterKey);
  const entries = Array.from(
    { length: snapshotPartEntries },
    (_, n): SnapshotEntry => ['c', longest.clientId(n), nowSeconds + 300, now],
  );
  const token = await issueFeedToken(ring, snapshotOf(entries), now);
  const read = verifyFeedToken(ring, token, { issuer: longest.issuer, tenant: longest.tenant, now });
  assert.ok(read.ok && read.claims.type === 'snapshot');
  assert.equal(read.claims.entries.length, snapshotPartEntries);
});
