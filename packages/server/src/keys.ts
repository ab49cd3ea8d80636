import { defaultTenant, type Instant, signingAlgorithms } from '@argus/contract';
import type { EventDraft } from '@argus/core';
import { type SignatureKey, signatureKeyOf } from '@argus/http-signatures';
import { changeSigningKeys, type KeyChanges, type Store, type StoredKey } from '@argus/store';
import {
  generateKey,
  type KeyRecord,
  type KeyRing,
  type KeySafe,
  type KeySchedule,
  type KeyVault,
  masterKeyOf,
  openKeyRing,
  planRotation,
} from '@argus/tokens';
import type { PolicyBook } from './policy/policy-book.ts';
import type { Clock } from './services/clock.ts';
import type { Random } from './services/random.ts';

/** How long anyone may keep our JWKS: a new key is published at least this long before it signs. */
export const jwksCacheSeconds = 600;

const hour = 3_600;
const day = 24 * hour;
const schedule: KeySchedule = {
  accessAlgorithms: signingAlgorithms,
  rotateEverySeconds: 90 * day,
  jwksCacheSeconds,
  longestTokenSeconds: {
    // What policies may ask for at most.
    access: hour,
    refresh: 400 * day,
    // What the feed keeps for those who come back.
    service: 2 * hour,
  },
};

/** The installation's signing keys: one ring in memory, kept in step with the database. */
export interface KeyKeeper {
  ring(): KeyRing;
  records(): readonly KeyRecord[];
  /** With which answers to services are signed now (RFC 9421). */
  serviceKey(now: Instant): SignatureKey;
  /** Bring the keys to where the schedule wants them now, or do what an operator asks for. */
  tend(actor: string, order?: KeyOrder): Promise<void>;
}

export interface KeyOrder {
  /** Start a rotation early. */
  readonly force?: boolean;
  /** Withdraw every key; this node forgets them now, another when it next looks at the keys. */
  readonly emergency?: boolean;
}

export interface KeyKeeperParts {
  readonly store: Store;
  readonly masterKey: Uint8Array;
  /** Where access keys are made and used, when that is not this process. */
  readonly vault?: KeyVault;
  readonly clock: Clock;
  readonly random: Random;
  /** Who says how large RSA keys are to be. */
  readonly policies: Pick<PolicyBook, 'rsaBits'>;
}

/** Load or make the signing keys. */
export async function openKeys(parts: KeyKeeperParts): Promise<KeyKeeper> {
  const safe = safeOf(parts);
  let records: readonly KeyRecord[] = [];
  let ring: KeyRing | null = null;
  let serviceKey: SignatureKey | null = null;
  const keeper: KeyKeeper = {
    ring() {
      if (!ring) throw new Error('the signing keys are not loaded');
      return ring;
    },
    records: () => records,
    serviceKey: (now) => {
      const { kid, privateKey } = keeper.ring().servicePrivateKey(now);
      if (serviceKey?.keyid !== kid)
        serviceKey = signatureKeyOf(privateKey, { algorithm: 'ed25519', keyid: kid });
      return serviceKey;
    },
    async tend(actor, order = {}) {
      const rsaBits = await parts.policies.rsaBits();
      const stored = await changeSigningKeys(parts.store.pool, defaultTenant, (keys) =>
        plan(parts, { keys, actor, order, rsaBits }),
      );
      records = stored as readonly KeyRecord[]; // the same record; the database's CHECKs hold the closed sets
      ring = openKeyRing(records, safe);
    },
  };
  await keeper.tend('system');
  return keeper;
}

function safeOf({ masterKey, vault }: KeyKeeperParts): KeySafe {
  return { ...masterKeyOf(masterKey), ...(vault && { vault }) };
}

interface Planning {
  readonly keys: readonly StoredKey[];
  readonly actor: string;
  readonly order: KeyOrder;
  readonly rsaBits: number;
}

async function plan(parts: KeyKeeperParts, { keys, actor, order, rsaBits }: Planning): Promise<KeyChanges> {
  const { clock, random } = parts;
  const safe = safeOf(parts);
  const now = clock.now();
  const records = keys as readonly KeyRecord[]; // as in `tend`
  const outgrown = smallerThan(rsaBits, records, safe);
  const planned = planRotation(records, { ...schedule, ...order, outgrown }, now);
  const { create, change, remove, withdraw } = planned;
  const created: StoredKey[] = await Promise.all(
    create.map((spec) => generateKey({ ...spec, rsaBits }, safe, random)),
  );
  const drafts: EventDraft[] = [
    ...created.map(
      (key): EventDraft => ({ type: 'key.created', actor, details: { kid: key.kid, use: key.use } }),
    ),
    ...remove.map((kid): EventDraft => ({ type: 'key.removed', actor, details: { kid } })),
    ...withdraw.map((kid): EventDraft => ({ type: 'key.withdrawn', actor, details: { kid } })),
  ];
  return {
    create: created,
    change,
    remove: [...remove, ...withdraw],
    ...(drafts.length > 0 ? { tells: { type: 'keys-rotated', emergency: withdraw.length > 0 } } : {}),
    events: drafts.map((draft) => ({ ...draft, id: random.uuid(), at: now })),
  };
}

/** The RSA keys whose modulus has fewer bits. */
function smallerThan(rsaBits: number, records: readonly KeyRecord[], safe: KeySafe): ReadonlySet<string> {
  const { keys } = openKeyRing(records, safe).jwks(Number.MAX_SAFE_INTEGER);
  const small = keys.filter(({ n }) => n !== undefined && Buffer.from(n, 'base64url').length * 8 < rsaBits);
  return new Set(small.map(({ kid }) => kid));
}
