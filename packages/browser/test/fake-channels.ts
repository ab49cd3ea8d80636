import type { Channel } from '../src/services/environment.ts';
import type { FakeTime } from './fake-time.ts';

/** BroadcastChannel among the tabs of one browser, with a moment on the way. */
export function createFakeChannels(time: FakeTime, fraction: () => number) {
  const lines = new Set<{ owner: object; name: string; hear: (message: unknown) => void }>();
  return {
    openChannelOf:
      (owner: object) =>
      (name: string, hear: (message: unknown) => void): Channel => {
        const line = { owner, name, hear };
        lines.add(line);
        return {
          postMessage(message) {
            for (const other of lines) {
              if (other === line || other.name !== name) continue;
              const copy: unknown = structuredClone(message);
              time.later(other.owner, fraction() * 5, () => lines.has(other) && other.hear(copy));
            }
          },
          close: () => void lines.delete(line),
        };
      },
    drop(owner: object): void {
      for (const line of lines) if (line.owner === owner) lines.delete(line);
    },
  };
}
