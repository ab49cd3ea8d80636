export interface Note {
  readonly id: string;
  readonly text: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** The notes of everybody, in memory and bounded: whoever was away longest is forgotten first. */
export interface Notes {
  list(owner: string): readonly Note[];
  /** Null when the owner has as many notes as anyone may have. */
  add(owner: string, text: string): Note | null;
  /** False when there was no such note. */
  remove(owner: string, id: string): boolean;
  removeAll(owner: string): void;
}

export interface NotesLimits {
  readonly owners: number;
  readonly notesEach: number;
}

/** Longest note in characters. */
export const noteLength = 500;

const usual: NotesLimits = { owners: 1_000, notesEach: 100 };

export function createNotes(now: () => number, limits: NotesLimits = usual): Notes {
  const byOwner = new Map<string, Note[]>();
  let lastId = 0;
  const notesOf = (owner: string): Note[] => {
    const notes = byOwner.get(owner) ?? [];
    byOwner.delete(owner);
    byOwner.set(owner, notes); // a Map keeps the order of insertion, so the first owner is the one away longest
    const [oldest] = byOwner.keys();
    if (byOwner.size > limits.owners && oldest !== undefined) byOwner.delete(oldest);
    return notes;
  };
  return {
    list: (owner) => [...notesOf(owner)],
    add(owner, text) {
      const notes = notesOf(owner);
      if (notes.length >= limits.notesEach) return null;
      lastId += 1;
      const note = { id: String(lastId), text, createdAt: new Date(now()).toISOString() };
      notes.unshift(note);
      return note;
    },
    remove(owner, id) {
      const notes = notesOf(owner);
      const at = notes.findIndex((note) => note.id === id);
      if (at >= 0) notes.splice(at, 1);
      return at >= 0;
    },
    removeAll: (owner) => void byOwner.delete(owner),
  };
}
