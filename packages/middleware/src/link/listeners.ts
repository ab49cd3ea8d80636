/** Functions of an application that are told of something. */
export interface Listeners<Told> {
  /** Answers how to take it away again. */
  add(listener: (told: Told) => void): () => void;
  /** Tells all of them. Never throws: a mistake in one of them must not end what tells it. */
  tell(told: Told): void;
}

export function createListeners<Told>(): Listeners<Told> {
  // Each in a box of its own, for the same function may be given twice.
  const boxes = new Set<{ readonly listener: (told: Told) => void }>();
  return {
    add(listener) {
      const box = { listener };
      boxes.add(box);
      return () => void boxes.delete(box);
    },
    tell(told) {
      for (const { listener } of boxes) {
        try {
          listener(told);
        } catch (fault) {
          process.emitWarning(fault instanceof Error ? fault : String(fault));
        }
      }
    },
  };
}
