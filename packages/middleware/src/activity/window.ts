import {
  type ActivityDetail,
  type ActivityEntry,
  activityBounds,
  type Instant,
  otherName,
} from '@argus/contract';
import type { Seen } from './recorded-request.ts';

/** How finely a window tells, and of how many sessions: one in `factor`. */
export interface Grain {
  readonly detail: ActivityDetail;
  readonly factor: number;
}

/** What was recorded and will not be told. */
export interface Untold {
  readonly entries: number;
  readonly requests: number;
}

/** What is sent as one batch, written once: however often it is sent, it is the same. */
export interface Sealed {
  readonly text: string;
  readonly to: Instant;
  readonly entries: number;
  /** That its entries tell of. */
  readonly requests: number;
  /** Of sessions that were sampled out. */
  readonly passedOver: number;
  /** What it declares as lost before. */
  readonly lost: Untold;
}

/** What happened in the last seconds, added up. */
export interface Window {
  /** False: it is full or over, and nothing was added. */
  add(seen: Seen, now: Instant): boolean;
  size(): { readonly entries: number; readonly requests: number; readonly bytes: number };
  seal(name: string, lost: Untold): Sealed;
}

export interface WindowOptions {
  readonly from: Instant;
  readonly grain: Grain;
  /** By which sessions are drawn, others in each window. */
  readonly salt: number;
}

interface Entry extends Omit<Seen, 'actions'> {
  at: Instant;
  requests: number;
  bytesOut: number;
  records: number;
  actions: Map<string, number> | null;
}

/** The JSON of an entry beside its names, with the largest numbers. */
const entryBytes = 240;
const actionBytes = 36;
/** What is left of 64 KiB when a batch has said the rest. */
const mostBytes = 64_000;

export function openWindow({ from, grain, salt }: WindowOptions): Window {
  // A session's entries are few, and its id is one string for all its requests: no key is built for a request.
  const bySession = new Map<string, Entry[]>();
  const isWhole = grain.detail === 'session';
  let to = from;
  let entries = 0;
  let requests = 0;
  let passedOver = 0;
  let bytes = 0;

  const entryFor = (seen: Seen): Entry | null => {
    const ofSession = bySession.get(seen.sid);
    const known = ofSession?.find((entry) => isSame(entry, seen, isWhole));
    if (known) return known.requests < activityBounds.requests ? known : null;
    const added = entryBytes + seen.routeClass.length;
    if (entries >= activityBounds.entries || bytes + added > mostBytes) return null;
    const entry: Entry = { ...seen, at: from, requests: 0, bytesOut: 0, records: 0, actions: null };
    if (ofSession) ofSession.push(entry);
    else bySession.set(seen.sid, [entry]);
    entries += 1;
    bytes += added;
    return entry;
  };

  return {
    add(seen, now) {
      if (now - from > activityBounds.windowMs) return false;
      if (grain.factor > 1 && !isDrawn(seen.sid, salt, grain.factor)) {
        passedOver += 1;
        return true;
      }
      // Room for its names before anything is counted, so that what does not fit is whole in the next window.
      if (seen.actions.length > 0 && bytes + entryBytes + roomFor(seen.actions) > mostBytes) return false;
      const entry = entryFor(seen);
      if (!entry) return false;
      // A clock that was set back must not put an event before its window.
      to = Math.max(to, now);
      entry.at = Math.max(entry.at, now);
      entry.requests += 1;
      entry.bytesOut = Math.min(entry.bytesOut + seen.bytesOut, activityBounds.bytesOut);
      entry.records = Math.min(entry.records + seen.records, activityBounds.records);
      requests += 1;
      for (const name of seen.actions) bytes += addAction(entry, name);
      return true;
    },
    size: () => ({ entries, requests: requests + passedOver, bytes }),
    seal: (name, lost) => {
      const all = [...bySession.values()].flat().map((entry) => written(entry, isWhole));
      const text = JSON.stringify({
        batch: name,
        from: timeOf(from),
        to: timeOf(to),
        detail: grain.detail,
        ...(grain.factor > 1 ? { sampling: { factor: grain.factor, requests: passedOver } } : {}),
        ...(lost.requests > 0 ? { lost } : {}),
        entries: all,
      });
      return { text, to, entries, requests, passedOver, lost };
    },
  };
}

function isSame(entry: Entry, seen: Seen, isWhole: boolean): boolean {
  if (entry.isPassive !== seen.isPassive) return false;
  return (
    isWhole ||
    (entry.routeClass === seen.routeClass && entry.method === seen.method && entry.status === seen.status)
  );
}

/** FNV-1a over salt and id: the same session is in or out for the whole of a window, and its counts are exact. */
function isDrawn(sid: string, salt: number, factor: number): boolean {
  let digest = 0x811c9dc5 ^ salt;
  for (let at = 0; at < sid.length; at += 1) digest = Math.imul(digest ^ sid.charCodeAt(at), 0x01000193);
  return ((digest ^ (digest >>> 15)) >>> 0) % factor === 0;
}

function roomFor(actions: readonly string[]): number {
  return actions.slice(0, activityBounds.actions).reduce((sum, name) => sum + actionBytes + name.length, 0);
}

/** Answers how many bytes that takes. */
function addAction(entry: Entry, name: string): number {
  entry.actions ??= new Map();
  const { actions } = entry;
  const isRoom = actions.has(name) || actions.size < activityBounds.actions - 1;
  const counted = isRoom ? name : otherName;
  const before = actions.get(counted) ?? 0;
  actions.set(counted, Math.min(before + 1, activityBounds.requests));
  return before === 0 ? actionBytes + counted.length : 0;
}

function written(entry: Entry, isWhole: boolean): ActivityEntry {
  const { sid, at, routeClass, method, status, isPassive, requests, bytesOut, records, actions } = entry;
  return {
    sid,
    at: timeOf(at),
    ...(isWhole ? {} : { routeClass, method, status }),
    ...(isPassive ? { passive: true } : {}),
    requests,
    bytesOut,
    ...(records > 0 ? { records } : {}),
    ...(actions ? { actions: [...actions].map(([name, count]) => ({ name, count })) } : {}),
  };
}

function timeOf(at: Instant): string {
  return new Date(at).toISOString();
}
