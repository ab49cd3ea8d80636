import type { Instant } from '@argus/contract';
import { isObject, parseStrictObject } from '@argus/tokens';
import { ProtectionFault } from '../fault.ts';
import type { Asked } from './asked.ts';
import {
  type Cookies,
  clearedLines,
  clearing,
  cookieName,
  mostSealedBytes,
  openCookie,
  sealedBytes,
  sealedLines,
} from './cookies.ts';
import { packToken, unpackToken } from './packed-token.ts';
import type { GatewaySettings } from './settings.ts';
import type { HeaderLine } from './verdict.ts';

/** What the gateway knows of a session beside its tokens. */
export interface About {
  readonly sessionId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  /** When the session ends without activity, and in any case; null where Argus does not tell. */
  readonly idleExpiresAt: Instant | null;
  readonly absoluteExpiresAt: Instant | null;
  /** The last step-up, so that a proof that is still too little is not asked for in a circle. */
  readonly proved: (Asked & { readonly at: Instant }) | null;
}

/** A session as its cookies hold it. There is no other place where it is kept. */
export interface HeldSession {
  /** Null where its cookie is gone or spoilt: the refresh token brings another. */
  readonly access: string | null;
  readonly refresh: string;
  readonly about: About;
}

export type Found =
  | { readonly kind: 'session'; readonly held: HeldSession }
  | { readonly kind: 'none' | 'broken' };

const headBytes = 2;
const longestHead = 0xffff;

export function findSession(settings: GatewaySettings, cookies: Cookies): Found {
  const names = sessionNames(settings);
  const sealed = openCookie(settings, cookies, names.refresh);
  if (typeof sealed === 'string') {
    // An access token alone would run out in a moment, and nobody could sign it out.
    return { kind: sealed === 'none' && !cookies.has(names.access) ? 'none' : 'broken' };
  }
  const kept = readKept(sealed);
  if (kept === undefined) return { kind: 'broken' };
  const access = openCookie(settings, cookies, names.access);
  return {
    kind: 'session',
    held: { ...kept, access: typeof access === 'string' ? null : (unpackToken(access) ?? null) },
  };
}

/** Replaces the session's cookies, with every part of the old ones; 'too-large' for tokens that no browser would keep. */
export function sessionLines(
  settings: GatewaySettings,
  cookies: Cookies,
  { access, refresh, about }: HeldSession & { readonly access: string },
): HeaderLine[] | 'too-large' {
  const names = sessionNames(settings);
  const endsAt = about.absoluteExpiresAt ?? about.idleExpiresAt;
  const maxAgeSeconds = endsAt === null ? null : (endsAt - settings.clock.now()) / 1000;
  const kept = [
    { name: names.access, plain: packToken(access), maxAgeSeconds },
    { name: names.refresh, plain: writeKept(refresh, about), maxAgeSeconds },
  ];
  const sizes = kept.map(sealedBytes);
  const sum = sizes.reduce((all, size) => all + size, 0);
  if (sum > settings.mostCookieBytes || sizes.some((size) => size > mostSealedBytes)) return 'too-large';
  const lines = kept.flatMap((each) => sealedLines(settings, each));
  const set = new Set(lines.map(([, line]) => line.slice(0, line.indexOf('='))));
  const stale = endedLines(settings, cookies).filter(
    ([, line]) => !set.has(line.slice(0, line.indexOf('='))),
  );
  return [...lines, ...stale];
}

/** Takes a session's cookies back. */
export function endedLines(settings: GatewaySettings, cookies: Cookies): HeaderLine[] {
  const names = sessionNames(settings);
  return [...clearedLines(cookies, names.access), ...clearedLines(cookies, names.refresh)];
}

/** The same with all else that this gateway has in the browser: attempts, and forms that wait. */
export function leftLines(settings: GatewaySettings, cookies: Cookies): HeaderLine[] {
  const prefix = cookieName(settings, '');
  return [...cookies.keys()].filter((name) => name.startsWith(prefix)).map(clearing);
}

export function sessionNames(settings: GatewaySettings): {
  readonly access: string;
  readonly refresh: string;
} {
  return { access: cookieName(settings, 'access'), refresh: cookieName(settings, 'refresh') };
}

/** Two bytes of length, what is known as JSON, and the refresh token. */
function writeKept(refresh: string, about: About): Buffer {
  const head = Buffer.from(JSON.stringify(about), 'utf8');
  if (head.length > longestHead) throw new ProtectionFault('too much is known of a session');
  const length = Buffer.alloc(headBytes);
  length.writeUInt16BE(head.length);
  return Buffer.concat([length, head, packToken(refresh)]);
}

function readKept(plain: Uint8Array): Omit<HeldSession, 'access'> | undefined {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  if (bytes.length < headBytes) return undefined;
  const end = headBytes + bytes.readUInt16BE();
  const about = parseStrictObject(bytes.subarray(headBytes, end));
  const refresh = unpackToken(bytes.subarray(end));
  return isAbout(about) && refresh !== undefined ? { about, refresh } : undefined;
}

/** It is our own writing, of this version or of another one. */
function isAbout(value: unknown): value is About {
  if (!isObject(value)) return false;
  const { sessionId, userId, name, email, idleExpiresAt, absoluteExpiresAt, proved } = value;
  return (
    typeof sessionId === 'string' &&
    typeof userId === 'string' &&
    [name, email].every((text) => text === null || typeof text === 'string') &&
    [idleExpiresAt, absoluteExpiresAt].every((at) => at === null || typeof at === 'number') &&
    (proved === null || isObject(proved))
  );
}
