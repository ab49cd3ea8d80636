import { hash } from 'node:crypto';
import { type Clock, createDpopNonces, verifyDpopProof } from '@argus/tokens';
import type { DpopSettings } from './dpop-settings.ts';
import { createProofTable, type ProofReplays } from './proof-replays.ts';
import { publicUrlOf } from './public-url.ts';
import { type Refused, refused } from './refused.ts';
import type { RequestParts } from './request-parts.ts';

export interface DpopCheck {
  readonly settings: DpopSettings;
  readonly clock: Clock;
  readonly replays: ProofReplays;
  /** Null when no nonce is demanded. */
  readonly nonces: ReturnType<typeof createDpopNonces> | null;
  /** What was proven for requests that are still being answered. */
  readonly proven: WeakMap<object, ShownProof>;
}

interface ShownProof {
  readonly method: string;
  readonly url: string;
  readonly proof: string | undefined;
  readonly token: string;
}

/** A token that was verified, and the key it is bound to; without one no proof fits it. */
export interface BoundToken {
  readonly token: string;
  readonly jkt: string | undefined;
}

export interface KeyProven {
  readonly ok: true;
  /** What the answer to the request is to say of the next proof. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long ago a proof may have been made; the verifier forgives clocks that are a little ahead. */
const maxAgeSeconds = 60;
/** A nonce is good for one to two of these. */
const nonceLifeSeconds = 120;
/** Proofs expire second by second, so there is room again soon. */
const fullTableRetrySeconds = 5;

export function createDpopCheck(settings: DpopSettings, clock: Clock): DpopCheck {
  const { replays, nonceKey: key } = settings;
  return {
    settings,
    clock,
    replays: 'entries' in replays ? createProofTable({ ...replays, clock }) : replays,
    nonces: key === null ? null : createDpopNonces({ key, clock, lifeSeconds: nonceLifeSeconds }),
    proven: new WeakMap(),
  };
}

/**
 * Whether who sends the request holds the key of the token, by one fresh proof (RFC 9449 §4.3, §7.1). Nobody does
 * where no proofs are taken.
 */
export async function proveKey(
  check: DpopCheck | null,
  bound: BoundToken,
  parts: RequestParts,
): Promise<KeyProven | Refused> {
  if (check === null) return refused('missing_token', 'unsupported-scheme');
  const { method, url, request } = parts;
  const shown: ShownProof = { method, url, proof: parts.header('dpop'), token: bound.token };
  // Two doors of one API may guard a request: the second must not take the first one's proof for a replay.
  if (request !== undefined && isSame(check.proven.get(request), shown)) return { ok: true };
  const verdict = await judgeProof(check, bound, shown);
  if (verdict.ok && request !== undefined) check.proven.set(request, shown);
  return verdict;
}

async function judgeProof(
  check: DpopCheck,
  { token: accessToken, jkt }: BoundToken,
  { method, url: target, proof: header }: ShownProof,
): Promise<KeyProven | Refused> {
  const { nonces, settings } = check;
  // RFC 9449 §8: whoever shows a proof that is not taken learns the nonce for the next one.
  const no = (why: Refused): Refused => ({ ...why, ...nonceHeader(nonces?.current()) });
  const url = publicUrlOf(settings.publicUrl, target);
  if (url === null) return no(refused('invalid_dpop_proof', 'wrong-url'));
  const now = check.clock.now();
  const proof = verifyDpopProof(header, { method, url, now, accessToken, maxAgeSeconds });
  if (!proof.ok) return no(refused('invalid_dpop_proof', proof.rejection));
  if (proof.jkt !== jkt) return no(refused('invalid_token', 'wrong-key'));
  if (nonces !== null && (proof.nonce === null || !nonces.isGood(proof.nonce))) {
    return no(refused('use_dpop_nonce', proof.nonce === null ? 'missing-nonce' : 'stale-nonce'));
  }
  // Claimed last, so that only proofs which would have let somebody in take room.
  const replay = await replayOf(check, proof);
  if (replay !== undefined) return no(replay);
  const next = nonces?.current();
  return next === undefined || next === proof.nonce ? { ok: true } : { ok: true, ...nonceHeader(next) };
}

/** One key's `jti` is no concern of another's, or a stranger could use up the proofs of others. */
async function replayOf(
  { replays }: DpopCheck,
  { jkt, jti, expiresAt }: { jkt: string; jti: string; expiresAt: number },
): Promise<Refused | undefined> {
  const claim = await replays.claim(hash('sha256', `${jkt}.${jti}`, 'base64url'), expiresAt);
  if (claim === 'first') return undefined;
  if (claim === 'replayed') return refused('invalid_dpop_proof', 'replayed-proof');
  return { ...refused('unavailable', 'too-many-proofs'), retryAfterSeconds: fullTableRetrySeconds };
}

/** RFC 9449 §8.2: a stored answer must not hand an old nonce to a later request. */
function nonceHeader(nonce: string | undefined): { headers?: Readonly<Record<string, string>> } {
  return nonce === undefined ? {} : { headers: { 'dpop-nonce': nonce, 'cache-control': 'no-store' } };
}

function isSame(before: ShownProof | undefined, now: ShownProof): boolean {
  return (
    before !== undefined &&
    before.method === now.method &&
    before.url === now.url &&
    before.proof === now.proof &&
    before.token === now.token
  );
}
