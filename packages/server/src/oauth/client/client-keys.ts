import { foreignAlgorithms } from '@argus/contract';
import type { Client } from '@argus/core';
import {
  type ClientKeys,
  createJwksSource,
  foreignKeyIdOf,
  importClientKeys,
  type JwksSource,
} from '@argus/tokens';
import type { Clock } from '../../services/clock.ts';

/** The public keys that clients sign their assertions with: declared, or fetched from where they publish them. */
export interface ClientKeyring {
  /** Null when the client has none that could be used now. */
  of(client: Client, assertion: string): Promise<ClientKeys | null>;
}

/** Sources kept at once; each holds at most twenty keys. */
const most = 500;

export function openClientKeyring(fetching: typeof fetch, clock: Clock): ClientKeyring {
  const declared = new WeakMap<Client, ClientKeys | null>();
  const sources = new Map<string, JwksSource>();
  return {
    async of(client, assertion) {
      const { jwks, jwksUri } = client.settings;
      if (jwks) return declaredKeys(declared, client, jwks);
      if (jwksUri === undefined) return null;
      const source = sourceOf(sources, `${client.id} ${jwksUri}`, () =>
        createJwksSource({
          url: jwksUri,
          fetch: fetching,
          clock,
          algorithms: foreignAlgorithms,
        }),
      );
      await source.load(foreignKeyIdOf(assertion));
      return source;
    },
  };
}

function declaredKeys(
  known: WeakMap<Client, ClientKeys | null>,
  client: Client,
  jwks: unknown,
): ClientKeys | null {
  const before = known.get(client);
  if (before !== undefined) return before;
  const imported = importClientKeys(jwks);
  const keys = imported.ok ? imported.keys : null;
  known.set(client, keys);
  return keys;
}

function sourceOf(sources: Map<string, JwksSource>, key: string, create: () => JwksSource): JwksSource {
  const source = sources.get(key) ?? create();
  sources.delete(key);
  sources.set(key, source);
  const [oldest] = sources.keys();
  if (sources.size > most && oldest !== undefined) sources.delete(oldest);
  return source;
}
