/** How many streams are open, so that they are not counted one by one whenever another is asked for. */
export interface StreamCount {
  add(keyId: string): void;
  remove(keyId: string): void;
  size(): number;
  /** Whether one more may be opened with this key. */
  hasRoom(keyId: string): boolean;
}

/** In one process: of all services, and with one key. */
const mostStreams = 10_000;
const mostStreamsOfKey = 1_000;

export function createStreamCount(): StreamCount {
  const ofKeys = new Map<string, number>();
  let all = 0;
  const count = (keyId: string, change: 1 | -1) => {
    all += change;
    const left = (ofKeys.get(keyId) ?? 0) + change;
    if (left > 0) ofKeys.set(keyId, left);
    else ofKeys.delete(keyId);
  };
  return {
    add: (keyId) => count(keyId, 1),
    remove: (keyId) => count(keyId, -1),
    size: () => all,
    hasRoom: (keyId) => all < mostStreams && (ofKeys.get(keyId) ?? 0) < mostStreamsOfKey,
  };
}
