import { hash } from 'node:crypto';
import type { Instant } from '@argus/contract';
import type { Clock } from '@argus/tokens';
import type { ArgusClient } from './argus-client.ts';

/** What Argus says of one token; `unknown` when it cannot be asked. */
export type Standing = 'live' | 'ended' | 'unknown';

export interface Introspection {
  /** One question for all who ask of one token meanwhile, and one answer for a second. */
  ask(token: string): Promise<Standing>;
}

const keptMs = 1_000;
const most = 10_000;
/** Questions on their way; whoever comes then is told that nobody knows. */
const mostAsking = 256;

/** Asks Argus token by token, for as long as its feed cannot be heard. */
export function createIntrospection(client: ArgusClient, clock: Clock): Introspection {
  const asked = new Map<string, { readonly at: Instant; readonly standing: Promise<Standing> }>();
  let asking = 0;
  const question = async (token: string): Promise<Standing> => {
    if (asking >= mostAsking) return 'unknown';
    asking += 1;
    const answer = await client
      .call({ method: 'POST', path: '/service/v1/introspect', json: { token } })
      .finally(() => {
        asking -= 1;
      });
    if (!answer.ok) return 'unknown';
    const isActive = (answer.json as { active?: unknown } | null)?.active; // any JSON; anything but a yes is a no
    return isActive === true ? 'live' : 'ended';
  };
  return {
    ask(token) {
      const key = hash('sha256', token, 'base64url');
      const known = asked.get(key);
      const age = known ? clock.now() - known.at : keptMs;
      if (known && age >= 0 && age < keptMs) return known.standing;
      const standing = question(token);
      asked.delete(key);
      asked.set(key, { at: clock.now(), standing });
      const [oldest] = asked.keys();
      if (asked.size > most && oldest !== undefined) asked.delete(oldest);
      return standing;
    },
  };
}
