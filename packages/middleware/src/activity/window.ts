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
  size(): { readonly entries: number; readonly requests: number };
  /** As batches; at least one. */
  seal(lost: Untold): Sealed[];
}

export interface WindowOptions {
  readonly from: Instant;
  readonly grain: Grain;
  readonly mostEntries: number;
  /** By which sessions are drawn, others in each window. */
  readonly salt: number;
  /** A new one for each batch. */
  name(): string;
}

interface Entry extends Omit<Seen, 'actions'> {
  at: Instant;
  requests: number;
  bytesOut: number;
  records: number;
  actions: Map<string, number> | null;
}

export function openWindow(options: WindowOptions): Window {
  const { from, grain } = options;
  // A session's entries are few, and its id is one string for all its requests: no key is built for a request.
  const bySession = new Map<string, Entry[]>();
  const isWhole = grain.detail === 'session';
  let to = from;
  let entries = 0;
  let requests = 0;
  let passedOver = 0;

  const entryFor = (seen: Seen): Entry | null => {
    const ofSession = bySession.get(seen.sid);
    const known = ofSession?.find((entry) => isSame(entry, seen, isWhole));
    if (known) return known.requests < activityBounds.requests ? known : null;
    if (entries >= options.mostEntries) return null;
    const entry: Entry = { ...seen, at: from, requests: 0, bytesOut: 0, records: 0, actions: null };
    if (ofSession) ofSession.push(entry);
    else bySession.set(seen.sid, [entry]);
    entries += 1;
    return entry;
  };

  return {
    add(seen, now) {
      if (now - from > activityBounds.windowMs) return false;
      if (grain.factor > 1 && !isDrawn(seen.sid, options.salt, grain.factor)) {
        passedOver += 1;
        return true;
      }
      const entry = entryFor(seen);
      if (!entry) return false;
      count(entry, seen, now);
      // A clock that was set back must not put an event before its window.
      to = Math.max(to, now);
      requests += 1;
      return true;
    },
    size: () => ({ entries, requests: requests + passedOver }),
    seal(lost) {
      const told = [...bySession.values()].flat();
      const sampling = grain.factor > 1 ? { sampling: { factor: grain.factor, requests: passedOver } } : {};
      const window = { from: timeOf(from), to: timeOf(to), detail: grain.detail };
      return inBatches(told, isWhole).map((part, place): Sealed => {
        const isFirst = place === 0;
        const declared = isFirst && lost.requests > 0 ? { lost } : {};
        const others = isFirst ? sampling : sampledOut(grain);
        const said = JSON.stringify({ batch: options.name(), ...window, ...others, ...declared });
        return {
          text: `${said.slice(0, -1)},"entries":[${part.texts.join(',')}]}`,
          to,
          entries: part.texts.length,
          requests: part.requests,
          passedOver: isFirst ? passedOver : 0,
          lost: isFirst ? lost : { entries: 0, requests: 0 },
        };
      });
    },
  };
}

/** Of the same window as a batch that said how many requests were passed over. */
function sampledOut({ factor }: Grain) {
  return factor > 1 ? { sampling: { factor, requests: 0 } } : {};
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

function count(entry: Entry, seen: Seen, now: Instant): void {
  entry.at = Math.max(entry.at, now);
  entry.requests += 1;
  entry.bytesOut = Math.min(entry.bytesOut + seen.bytesOut, activityBounds.bytesOut);
  entry.records = Math.min(entry.records + seen.records, activityBounds.records);
  for (const name of seen.actions) countAction(entry, name);
}

function countAction(entry: Entry, name: string): void {
  entry.actions ??= new Map();
  const { actions } = entry;
  const isRoom = actions.has(name) || actions.size < activityBounds.actions - 1;
  const counted = isRoom ? name : otherName;
  actions.set(counted, Math.min((actions.get(counted) ?? 0) + 1, activityBounds.requests));
}

interface Part {
  readonly texts: string[];
  requests: number;
  bytes: number;
}

/** What is left of 64 KiB when a batch has said the rest. */
const mostBytes = 64_000;

/** All text is ASCII by its form, so that its length is its bytes. */
function inBatches(told: readonly Entry[], isWhole: boolean): Part[] {
  let part: Part = { texts: [], requests: 0, bytes: 0 };
  const parts = [part];
  for (const entry of told) {
    const text = JSON.stringify(written(entry, isWhole));
    if (part.texts.length >= activityBounds.entries || part.bytes + text.length + 1 > mostBytes) {
      part = { texts: [], requests: 0, bytes: 0 };
      parts.push(part);
    }
    part.texts.push(text);
    part.requests += entry.requests;
    part.bytes += text.length + 1;
  }
  return parts;
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
