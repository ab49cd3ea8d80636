import type { Log } from '../services/log.ts';
import { openPlaces, type Places, type PlacesOptions } from './places.ts';
import { OutboundRefused, type Resolve, send } from './send.ts';

/** How Argus calls what administrators of tenants name: providers, keys of clients, receivers of logouts. */
export interface Outbound extends Pick<Places, 'mistakeIn'> {
  /** Like fetch, to places that may be called, following nothing. Rejects with `OutboundRefused` for any other. */
  readonly fetch: typeof fetch;
}

export interface OutboundOptions extends PlacesOptions {
  readonly log: Pick<Log, 'warn'>;
  /** What names stand for; absent: as the system says. */
  readonly resolve?: Resolve | undefined;
}

export function openOutbound({ log, resolve, ...options }: OutboundOptions): Outbound {
  const places = openPlaces(options);
  return {
    mistakeIn: places.mistakeIn,
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      try {
        if (places.mistakeIn(url) !== null) throw new OutboundRefused();
        return await send(new Request(input, init), places, resolve);
      } catch (error) {
        if (error instanceof OutboundRefused)
          log.warn({ host: url.host }, 'a place was not called that ARGUS_PRIVATE_UPSTREAMS does not list');
        throw error;
      }
    },
  };
}
