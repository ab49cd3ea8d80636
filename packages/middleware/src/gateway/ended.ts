import type { Clock } from '@argus/tokens';

/** What of a token's claims tells whether it is over. */
export interface EndableClaims {
  readonly sid: string;
  readonly sub: string;
  readonly gid?: string;
  /** When the session began, in milliseconds. */
  readonly sct?: number;
}

/** Something that is over before its tokens run out: a session, a grant, or all that a person began until an instant. */
export type End =
  | { readonly sid: string }
  | { readonly gid: string }
  | { readonly sub: string; readonly beganUntil: number };

/** What is over although its tokens still live, as this process was told: the link to Argus knows more, where there is one. */
export interface Ended {
  isEnded(claims: EndableClaims): boolean;
  end(what: End): void;
  size(): number;
}

const mostEntries = 10_000;
/** Longer than any access token lives; after that Argus itself refuses what is left. */
const keptMs = 3_600_000;

interface Entry {
  readonly until: number;
  readonly beganUntil: number;
}

/** In the memory of this process: bounded in number and time, the oldest forgotten first. */
export function createEnded(clock: Clock): Ended {
  const entries = new Map<string, Entry>();
  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && clock.now() < entry.until ? entry : undefined;
  };
  return {
    isEnded: ({ sid, sub, gid, sct }) => {
      if (live(`sid ${sid}`) || (gid !== undefined && live(`gid ${gid}`))) return true;
      const person = live(`sub ${sub}`);
      // Equal is over too: nobody could tell which of the two came first.
      return person !== undefined && (sct ?? 0) <= person.beganUntil;
    },
    end: (what) => {
      const [name, value] =
        'sid' in what ? ['sid', what.sid] : 'gid' in what ? ['gid', what.gid] : ['sub', what.sub];
      const beganUntil = 'beganUntil' in what ? what.beganUntil : 0;
      const key = `${name} ${value}`;
      // Put at the end, so that the order of entries is that of their ends.
      entries.delete(key);
      entries.set(key, { until: clock.now() + keptMs, beganUntil });
      forget(entries, clock.now());
    },
    size: () => entries.size,
  };
}

function forget(entries: Map<string, Entry>, now: number): void {
  for (const [key, { until }] of entries) {
    if (until > now && entries.size <= mostEntries) return;
    entries.delete(key);
  }
}
