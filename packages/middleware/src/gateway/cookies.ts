import { createHash } from 'node:crypto';
import { seal, unseal } from '@argus/tokens';
import { ProtectionFault } from '../fault.ts';
import type { GatewaySettings } from './settings.ts';
import type { HeaderLine } from './verdict.ts';

/** RFC 6265bis §5.6: browsers drop a cookie whose name and value are longer. */
export const mostBytesOfCookie = 4096;
const mostParts = 4;
/** Node's own limit for all headers is 16 KiB. */
const longestHeader = 65_536;

type Naming = Pick<GatewaySettings, 'clientId' | 'origin'>;
type Sealing = Naming & Pick<GatewaySettings, 'cookieKeys' | 'random'>;

/** What a request carries, by name; null for a name that came twice, which no browser sends of these. */
export type Cookies = ReadonlyMap<string, string | null>;

/** One sealed text, in as many cookies as it takes. */
export interface SealedCookie {
  readonly name: string;
  readonly plain: Uint8Array;
  /** Null for a cookie that ends with the browser. */
  readonly maxAgeSeconds: number | null;
}

/**
 * Cookies do not tell ports apart (RFC 6265 §8.5), so the names tell applications apart: by client and origin.
 * `__Host-` pins them to this host, to all of its paths and to a secure connection (RFC 6265bis §4.1.3.2).
 */
export function cookieName({ clientId, origin }: Naming, kind: string): string {
  const mark = createHash('sha256').update(`${clientId}\n${origin}`).digest('base64url').slice(0, 8);
  return `__Host-${clientId.slice(0, 20)}.${mark}.${kind}`;
}

export function readCookies(header: string | undefined): Cookies {
  const cookies = new Map<string, string | null>();
  if (header === undefined || header.length > longestHeader) return cookies;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const name = pair.slice(0, equals).trim();
    if (name.startsWith('__Host-'))
      cookies.set(name, cookies.has(name) ? null : pair.slice(equals + 1).trim());
  }
  return cookies;
}

/** The plain text of a cookie that this client sealed under this name; 'none' without one, 'broken' for anything else. */
export function openCookie(
  settings: Sealing,
  cookies: Cookies,
  name: string,
): Uint8Array | 'none' | 'broken' {
  const first = cookies.get(name);
  if (first === undefined) return 'none';
  const joined = first === null ? undefined : joinParts(cookies, name, first);
  if (joined === undefined || !/^[\w-]+$/.test(joined)) return 'broken';
  const sealed = Buffer.from(joined, 'base64url');
  for (const key of settings.cookieKeys) {
    try {
      return unseal(key, sealed, contextOf(settings, name));
    } catch {
      // Another of the keys may have sealed it.
    }
  }
  return 'broken';
}

/** The lines that set a sealed cookie. Throws a fault for one that no browser would keep. */
export function sealedLines(settings: Sealing, { name, plain, maxAgeSeconds }: SealedCookie): HeaderLine[] {
  const sealed = seal(settings.cookieKeys[0], plain, contextOf(settings, name), settings.random);
  const text = Buffer.from(sealed).toString('base64url');
  // The number of parts leads, and each further part's name is two bytes longer.
  const room = mostBytesOfCookie - name.length - 3;
  const count = Math.ceil(text.length / room);
  if (count > mostParts) throw new ProtectionFault(`${name} would not fit into ${mostParts} cookies`);
  const parts = Array.from({ length: count }, (_, at) => text.slice(at * room, (at + 1) * room));
  const age = maxAgeSeconds === null ? '' : `; Max-Age=${Math.max(1, Math.floor(maxAgeSeconds))}`;
  return parts.map((part, at) => {
    const value = at === 0 ? `${count}${part}` : part;
    return ['set-cookie', `${partName(name, at)}=${value}${age}; ${attributes}`];
  });
}

/** The lines that take a cookie back, with all parts of it that the browser sent. */
export function clearedLines(cookies: Cookies, name: string): HeaderLine[] {
  const names = Array.from({ length: mostParts }, (_, at) => partName(name, at));
  return names.filter((each) => cookies.has(each)).map(clearing);
}

/** What a cookie takes once it is sealed, its names included; a little more rather than less. */
export function sealedBytes({ name, plain }: SealedCookie): number {
  const text = Math.ceil(((plain.length + sealBytes) * 4) / 3);
  return text + Math.ceil(text / (mostBytesOfCookie - name.length - 3)) * (name.length + 3);
}

/** Version, nonce and tag. */
const sealBytes = 29;
export const mostSealedBytes = mostParts * mostBytesOfCookie;

/** Lax, for people come back from Argus, which is another site, by a link (RFC 6265bis §5.6.7.1). */
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

export function clearing(name: string): HeaderLine {
  return ['set-cookie', `${name}=; Max-Age=0; ${attributes}`];
}

function partName(name: string, at: number): string {
  return at === 0 ? name : `${name}.${at + 1}`;
}

function joinParts(cookies: Cookies, name: string, first: string): string | undefined {
  const count = Number(first[0]);
  if (!(count >= 1 && count <= mostParts)) return undefined;
  let joined = first.slice(1);
  for (let at = 1; at < count; at += 1) {
    const part = cookies.get(partName(name, at));
    if (typeof part !== 'string') return undefined;
    joined += part;
  }
  return joined;
}

/** A value cannot be moved to another cookie, another client or another host. */
function contextOf({ clientId }: Naming, name: string): string {
  return `argus session gateway\n${clientId}\n${name}`;
}
