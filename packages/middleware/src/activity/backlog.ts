import { activityBounds, type Instant } from '@argus/contract';
import type { Grain, Sealed, Untold } from './window.ts';

/** Batches that wait to be sent, oldest first, and what had to be given up. */
export interface Backlog {
  /** The oldest give way when there are too many. */
  push(sealed: Sealed): void;
  /** The oldest that may still be sent. It is not given up while it is out. */
  take(now: Instant): Sealed | undefined;
  /** It was counted. */
  settle(): void;
  /** It could not be sent. */
  giveBack(sealed: Sealed): void;
  /** It will never be counted. */
  lose(sealed: Sealed): void;
  /** Requests that nobody could put into a batch any more. */
  loseRequest(): void;
  /** What was lost and not declared yet; whoever takes it declares it. */
  takeOwed(): Untold;
  /** How to go on telling, with so many waiting. */
  grain(): Grain;
  lost(): Untold;
  size(): {
    readonly batches: number;
    readonly entries: number;
    readonly requests: number;
    readonly bytes: number;
  };
}

/** Long before Argus refuses it as untimely. */
const keptMs = activityBounds.ageMs - 10 * 60_000;

/** From which part of the bound on, what is told. */
const grains: readonly (readonly [part: number, grain: Grain])[] = [
  [7 / 8, { detail: 'session', factor: 16 }],
  [3 / 4, { detail: 'session', factor: 4 }],
  [1 / 2, { detail: 'session', factor: 1 }],
];
const finest: Grain = { detail: 'route', factor: 1 };
const nothing: Untold = { entries: 0, requests: 0 };

export function createBacklog(mostBatches: number): Backlog {
  const waiting: Sealed[] = [];
  let out: Sealed | null = null;
  let lost = nothing;
  let owed = nothing;
  const lose = (sealed: Sealed) => {
    if (out === sealed) out = null;
    const own = { entries: sealed.entries, requests: sealed.requests + sealed.passedOver };
    lost = sum(lost, own);
    // What it would have declared has to be declared by another.
    owed = sum(owed, sum(own, sealed.lost));
  };
  const loseTooMany = () => {
    while (waiting.length > mostBatches) lose(waiting.shift() as Sealed); // there is one
  };
  return {
    push(sealed) {
      waiting.push(sealed);
      loseTooMany();
    },
    take(now) {
      while (waiting[0] && now - waiting[0].to > keptMs) lose(waiting.shift() as Sealed); // it was looked at
      out = waiting.shift() ?? null;
      return out ?? undefined;
    },
    settle() {
      out = null;
    },
    giveBack(sealed) {
      out = null;
      waiting.unshift(sealed);
      loseTooMany();
    },
    lose,
    loseRequest() {
      lost = sum(lost, { entries: 0, requests: 1 });
    },
    takeOwed() {
      const taken = owed;
      owed = nothing;
      return taken;
    },
    grain() {
      const part = (waiting.length + (out ? 1 : 0)) / mostBatches;
      return grains.find(([from]) => part >= from)?.[1] ?? finest;
    },
    lost: () => lost,
    size() {
      const all = out ? [out, ...waiting] : waiting;
      return {
        batches: all.length,
        entries: all.reduce((total, { entries }) => total + entries, 0),
        requests: all.reduce((total, { requests, passedOver }) => total + requests + passedOver, 0),
        bytes: all.reduce((total, { text }) => total + text.length, 0),
      };
    },
  };
}

function sum(one: Untold, other: Untold): Untold {
  return { entries: one.entries + other.entries, requests: one.requests + other.requests };
}
