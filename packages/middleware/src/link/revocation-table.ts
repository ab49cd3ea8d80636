import type { Instant } from '@argus/contract';

/** What a mark is compared with: 16 bytes as four words, at `at` of an array of them. */
export interface MarkPlace {
  readonly words: Uint32Array;
  readonly at: number;
}

/** A mark that ends something until `exp`; with `before`, only what is not younger. */
export interface EndMark extends MarkPlace {
  /** Whole seconds. */
  readonly exp: number;
  /** Milliseconds; Infinity where age does not matter. */
  readonly before: number;
}

export interface RevocationTable {
  /** False: it is full of what still matters, and this could not be kept. */
  add(mark: EndMark, now: Instant): boolean;
  /** Up to when (milliseconds) a thing with this mark is ended, itself included; -Infinity: it is not. */
  endedBefore(place: MarkPlace, now: Instant): number;
  /** Counts additions: as long as it stays, no answer changes but by time. */
  version(): number;
  /** Marks held, those among them that have expired and not gone yet too. */
  size(): number;
  /** Of the arrays. */
  bytes(): number;
}

interface Slots {
  readonly words: Uint32Array;
  /** 0: empty. */
  readonly exps: Uint32Array;
  readonly befores: Float64Array;
  readonly mask: number;
  used: number;
}

const leastSlots = 1024;
/** A slot: four words, an end and a `before`. Two thirds are in use at most; where nothing has expired a third at least. */
const slotBytes = 4 * 4 + 4 + 8;
/** Clocks differ: a token that is forgiven its end must not be forgiven its session's. */
export const forgivenSeconds = 60;

/**
 * A hash table in flat arrays, with linear probing. The marks are parts of SHA-256, so their first word serves
 * as a hash of them. An expired slot is used again in place; when two thirds are used, all that still matters moves to arrays of
 * the right size. Nothing is allocated to look something up.
 */
export function createRevocationTable(mostEntries: number): RevocationTable {
  let slots = emptySlots(leastSlots);
  let version = 0;
  /** The second in which it was found full: nothing expires within one, so it is not counted again. */
  let fullAtSeconds = -1;
  const add = (mark: EndMark, now: Instant): boolean => {
    const nowSeconds = Math.floor(now / 1000);
    if (isOver(mark.exp, nowSeconds)) return true;
    const slot = slotFor(slots, mark, nowSeconds);
    const isNew = slots.exps[slot] === 0;
    if (isNew && (slots.used + 1) * 3 > slots.exps.length * 2) {
      if (fullAtSeconds === nowSeconds) return false;
      const live = countLive(slots, nowSeconds);
      if (live >= mostEntries) {
        fullAtSeconds = nowSeconds;
        return false;
      }
      slots = moved(slots, live, nowSeconds);
      return add(mark, now);
    }
    write(slots, { slot, nowSeconds }, mark);
    if (isNew) slots.used += 1;
    version += 1;
    return true;
  };
  return {
    add,
    endedBefore: (place, now) => find(slots, place, Math.floor(now / 1000)),
    version: () => version,
    size: () => slots.used,
    bytes: () => slots.exps.length * slotBytes,
  };
}

function emptySlots(count: number): Slots {
  return {
    words: new Uint32Array(count * 4),
    exps: new Uint32Array(count),
    befores: new Float64Array(count),
    mask: count - 1,
    used: 0,
  };
}

/** The slot of this mark if it is there, else the first of its chain that may be taken. */
function slotFor(slots: Slots, place: MarkPlace, nowSeconds: number): number {
  const { words, at } = place;
  let free = -1;
  for (let slot = (words[at] ?? 0) & slots.mask; ; slot = (slot + 1) & slots.mask) {
    const exp = slots.exps[slot] ?? 0;
    if (exp === 0) return free === -1 ? slot : free;
    if (isSame(slots, slot, place)) return slot;
    if (free === -1 && isOver(exp, nowSeconds)) free = slot;
  }
}

function find(slots: Slots, place: MarkPlace, nowSeconds: number): number {
  const { words, at } = place;
  for (let slot = (words[at] ?? 0) & slots.mask; ; slot = (slot + 1) & slots.mask) {
    const exp = slots.exps[slot] ?? 0;
    if (exp === 0) return Number.NEGATIVE_INFINITY;
    if (!isSame(slots, slot, place)) continue;
    return isOver(exp, nowSeconds) ? Number.NEGATIVE_INFINITY : (slots.befores[slot] ?? 0);
  }
}

function isSame({ words: kept }: Slots, slot: number, { words, at }: MarkPlace): boolean {
  const from = slot * 4;
  return (
    kept[from] === words[at] &&
    kept[from + 1] === words[at + 1] &&
    kept[from + 2] === words[at + 2] &&
    kept[from + 3] === words[at + 3]
  );
}

function isOver(exp: number, nowSeconds: number): boolean {
  return exp + forgivenSeconds < nowSeconds;
}

/** The later end and the wider `before` of two that say the same thing; of an expired one nothing stays. */
function write(
  slots: Slots,
  { slot, nowSeconds }: { readonly slot: number; readonly nowSeconds: number },
  mark: EndMark,
): void {
  const { words, at, exp, before } = mark;
  const known = slots.exps[slot] ?? 0;
  const isSameStill = known !== 0 && !isOver(known, nowSeconds) && isSame(slots, slot, mark);
  for (let word = 0; word < 4; word += 1) slots.words[slot * 4 + word] = words[at + word] ?? 0;
  slots.exps[slot] = isSameStill ? Math.max(known, exp) : exp;
  slots.befores[slot] = isSameStill ? Math.max(slots.befores[slot] ?? before, before) : before;
}

function countLive({ exps }: Slots, nowSeconds: number): number {
  let live = 0;
  for (const exp of exps) if (exp !== 0 && !isOver(exp, nowSeconds)) live += 1;
  return live;
}

function moved(from: Slots, live: number, nowSeconds: number): Slots {
  let count = leastSlots;
  while (count < live * 2) count *= 2;
  const to = emptySlots(count);
  for (const [slot, exp] of from.exps.entries()) {
    if (exp === 0 || isOver(exp, nowSeconds)) continue;
    const mark = { words: from.words, at: slot * 4, exp, before: from.befores[slot] ?? 0 };
    write(to, { slot: slotFor(to, mark, nowSeconds), nowSeconds }, mark);
    to.used += 1;
  }
  return to;
}
