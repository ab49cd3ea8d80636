import { createSecretKey, hash, type KeyObject } from 'node:crypto';
import { ProtectionFault } from './fault.ts';
import type { ProofReplays } from './proof-replays.ts';
import { newSecret } from './services/secret.ts';

/** Whether tokens bound to a key are taken beside bearer tokens, instead of them, or not at all. */
export type DpopMode = 'accepted' | 'required' | 'refused';

export interface DpopOptions {
  /** Default `accepted`. It is about the Authorization header; cookies have an option of their own. */
  readonly mode?: DpopMode;
  /** Demands a nonce of this API in every proof (RFC 9449 §9), so that none is made in advance; default false. */
  readonly nonce?: boolean;
  /**
   * At least 32 characters from which nonces are made, the same in all processes of one API. Default: a key of this
   * process alone.
   */
  readonly nonceSecret?: string;
  /** How many proofs are remembered in this process, default 500,000; more than that within a minute are answered 503. */
  readonly replayEntries?: number;
  /** Remembers proofs elsewhere, for all processes of one API. */
  readonly replays?: ProofReplays;
}

export interface DpopSettings {
  readonly mode: 'accepted' | 'required';
  /** Scheme, host and perhaps the beginning of the path, without a slash at the end. */
  readonly publicUrl: string;
  /** Null when no nonce is demanded. */
  readonly nonceKey: KeyObject | null;
  readonly replays: ProofReplays | { readonly entries: number };
}

const leastSecret = 32;
const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Null when only bearer tokens and cookies count. */
export function dpopSettingsOf(
  given: DpopMode | DpopOptions | undefined,
  publicUrl: string | undefined,
): DpopSettings | null {
  const options: DpopOptions = typeof given === 'object' ? given : { mode: given ?? 'accepted' };
  const { mode = 'accepted' } = options;
  if (!['accepted', 'required', 'refused'].includes(mode)) throw new ProtectionFault(`no such mode: ${mode}`);
  const base = publicUrl === undefined ? null : baseOf(publicUrl);
  if (mode === 'refused') return null;
  if (base === null) {
    if (given === undefined) return null;
    throw new ProtectionFault('DPoP needs publicUrl, since a proof names the URL that clients use');
  }
  const nonceKey = options.nonce === true ? nonceKeyOf(options.nonceSecret) : null;
  if (nonceKey === null && options.nonceSecret !== undefined) {
    throw new ProtectionFault('nonceSecret does nothing without nonce: true');
  }
  return { mode, publicUrl: base, nonceKey, replays: options.replays ?? tableOf(options.replayEntries) };
}

function baseOf(text: string): string {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.includes(url.hostname));
  if (url === null || !isSafe || url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
    throw new ProtectionFault('publicUrl must be an https URL (http on loopback) without query and fragment');
  }
  return url.href.replace(/\/$/, '');
}

function nonceKeyOf(secret: string | undefined): KeyObject {
  if (secret === undefined) return newSecret();
  if (secret.length < leastSecret) throw new ProtectionFault('nonceSecret must have at least 32 characters');
  return createSecretKey(hash('sha256', secret, 'buffer'));
}

function tableOf(entries = 500_000): { entries: number } {
  if (!Number.isSafeInteger(entries) || entries < 1) {
    throw new ProtectionFault('replayEntries must be a whole number above 0');
  }
  return { entries };
}
