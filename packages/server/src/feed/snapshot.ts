import type { Instant, SnapshotEntry, TenantId } from '@argus/contract';
import { feedEnd, toldBetween } from '@argus/store';
import { issueFeedToken, type SnapshotMessage, snapshotEntryOf, snapshotPartEntries } from '@argus/tokens';
import type { Services } from '../services.ts';
import { issuerOf } from '../tenant/address.ts';

/** All that is refused in a tenant as of a number, in signed parts. */
export interface Snapshot {
  readonly seq: number;
  readonly parts: readonly string[];
}

type Needs = Pick<Services, 'config' | 'tenants' | 'clock' | 'keys' | 'policies' | 'store'>;

const page = 2_000;
/** Those whose clocks are behind still take what has expired here. */
const forgivenSeconds = 60;
/** So long one serves all who come meanwhile: after a restart of Argus they all come at once. */
const keptMs = 5_000;
/** Nor while more than this happened since: whoever gets it must be able to catch up. */
const mostSince = 1_000;

/** The newest snapshot of a tenant, shared by all who need one within a few seconds. */
export interface Snapshots {
  take(head: number): Promise<Snapshot | null>;
  forgetOld(): void;
}

export function keepSnapshots(services: Needs, tenant: TenantId): Snapshots {
  let kept: { readonly value: Promise<Snapshot | null>; readonly at: number; readonly head: number } | null =
    null;
  const forgetOld = () => {
    const age = kept ? services.clock.now() - kept.at : 0;
    if (age < 0 || age >= keptMs) kept = null;
  };
  return {
    forgetOld,
    take(head) {
      forgetOld();
      if (kept && head - kept.head <= mostSince) return kept.value;
      const taken = { value: takeSnapshot(services, tenant), at: services.clock.now(), head };
      kept = taken;
      // A failure is nothing to keep.
      taken.value.catch(() => {
        if (kept === taken) kept = null;
      });
      return taken.value;
    },
  };
}

/** Read what is told and still matters. A tenant that does not exist has none. */
async function takeSnapshot(services: Needs, tenant: TenantId): Promise<Snapshot | null> {
  const { pool } = services.store;
  const end = await feedEnd(pool, tenant);
  if (!end) return null;
  const now = services.clock.now();
  const nowSeconds = Math.floor(now / 1000);
  const entries: SnapshotEntry[] = [];
  for (let after = 0; ; ) {
    const told = await toldBetween(pool, { tenant, after, limit: page, until: end.head });
    for (const { event } of told) {
      const entry = snapshotEntryOf(event, tenant);
      if (entry && entry[2] + forgivenSeconds >= nowSeconds) entries.push(entry);
    }
    const last = told.at(-1);
    if (told.length < page || !last) break;
    after = last.seq;
  }
  return { seq: end.head, parts: await signedParts(services, tenant, { ...end, entries, now }) };
}

async function signedParts(
  services: Needs,
  tenant: TenantId,
  of: {
    readonly head: number;
    readonly digest: string;
    readonly entries: readonly SnapshotEntry[];
    /** When it was asked what still matters: so the parts of two snapshots cannot be mistaken for those of one. */
    readonly now: Instant;
  },
): Promise<string[]> {
  const { now } = of;
  const parts = Math.max(1, Math.ceil(of.entries.length / snapshotPartEntries));
  const { feed: policy } = await services.policies.effective(tenant);
  const iss = await issuerOf(services, tenant);
  const tokens: string[] = [];
  for (let part = 1; part <= parts; part += 1) {
    const message: SnapshotMessage = {
      iss,
      tenant,
      time: Math.floor(now / 1000),
      type: 'snapshot',
      seq: of.head,
      digest: of.digest,
      part,
      parts,
      policy,
      entries: of.entries.slice((part - 1) * snapshotPartEntries, part * snapshotPartEntries),
    };
    tokens.push(await issueFeedToken(services.keys.ring(), message, now));
  }
  return tokens;
}
