import { type SignatureKey, signatureKeyOf } from '@argus/http-signatures';
import { type KeyOwner, type Store, serviceByKey } from '@argus/store';
import { createKept } from '../kept.ts';
import type { Clock } from '../services/clock.ts';

/** A service, and the key of it that a signature names. */
export interface KnownKey extends KeyOwner {
  readonly signatureKey: SignatureKey;
}

/** The services that requests speak of, as they were at most a second ago. */
export interface ServiceBook {
  /** Null: nobody has this key, or it has expired. */
  find(keyId: string): Promise<KnownKey | null>;
  /** Something was changed here: the next look is fresh. */
  forget(): void;
}

const keyIdForm = /^[A-Za-z0-9_-]{43}$/;

export function openServiceBook(store: Store, clock: Clock): ServiceBook {
  const keys = createKept<KnownKey | null>(clock);
  return {
    async find(keyId) {
      if (!keyIdForm.test(keyId)) return null;
      const known = await keys.get(keyId, async () => {
        const found = await serviceByKey(store.pool, keyId);
        if (!found) return null;
        const jwk = found.key.jwk as JsonWebKey; // judged when it was registered
        return { ...found, signatureKey: signatureKeyOf(jwk, { algorithm: 'ed25519', keyid: keyId }) };
      });
      const isOver = known?.key.expiresAt != null && known.key.expiresAt <= clock.now();
      return isOver ? null : known;
    },
    forget: () => keys.clear(),
  };
}
