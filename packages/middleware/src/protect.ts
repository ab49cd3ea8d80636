import type { RefusalCode } from '@argus/contract';
import type { JwksState } from '@argus/tokens';
import { type Answer, answerOf } from './challenge.ts';
import { readCredentials } from './credentials.ts';
import { createDpopCheck, type DpopCheck, type KeyProven, proveKey } from './dpop-check.ts';
import { endOf } from './end-check.ts';
import type { ArgusState } from './link/connect-argus.ts';
import { isForeign } from './origin-check.ts';
import type { Principal } from './principal.ts';
import { type RefusalReason, type Refused, refused } from './refused.ts';
import { partsOfRequest, type RequestParts } from './request-parts.ts';
import { type Demand, noDemand, type Requirement, tighten, unmet } from './requirement.ts';
import { type ProtectOptions, type Settings, settingsOf } from './settings.ts';
import { createTokenCheck, proveToken, type TokenCheck } from './token-check.ts';
import type { CacheBounds } from './verified-tokens.ts';

type Allowed = {
  readonly ok: true;
  readonly principal: Principal;
  /** To be added to the answer where there are some: the nonce for the client's next proof (RFC 9449 §8.2). */
  readonly headers?: Readonly<Record<string, string>>;
};
type Denied = { readonly ok: false; readonly refusal: RefusalCode; readonly reason: RefusalReason };
export type Verdict = Allowed | (Denied & { readonly response: Response });
export type PartsVerdict = Allowed | (Denied & { readonly answer: Answer });

export interface ProtectionState {
  /** Verified tokens held now. */
  readonly cache: CacheBounds;
  /** Proofs of possession remembered now; null where none are taken or who remembers them does not tell. */
  readonly proofs: number | null;
  readonly keys: JwksState;
  /** How the link to Argus is; null without one. */
  readonly argus: ArgusState | null;
}

/** One door of an API. All doors made from one another share keys and verified tokens. */
export interface Protection {
  /** Who sends this request, or the answer to send back. A refusal is a value; only a bug throws. */
  check(request: Request): Promise<Verdict>;
  /** The same for servers that have no fetch `Request` at hand. */
  checkParts(parts: RequestParts): Promise<PartsVerdict>;
  /** A door that asks for this too. Throws a fault for an impossible requirement. */
  requiring(requirement: Requirement): Protection;
  /** For metrics and readiness. */
  state(): ProtectionState;
}

/**
 * Guards an API with Argus's access tokens, verified here without a call per request: the issuer's JWKS is
 * fetched at the first token and when a token names an unknown key. With `argus`, what has ended is refused within a
 * second; without it, a token of an ended session is accepted until its own expiry. Throws a fault for options that
 * could not guard anything.
 * Source: RFC 9068 §4, RFC 6750 §3, RFC 9449 §7, RFC 9470 §3.
 */
export function protect(options: ProtectOptions): Protection {
  const settings = settingsOf(options);
  const { dpop, clock } = settings;
  const checks = { tokens: createTokenCheck(settings), keys: dpop && createDpopCheck(dpop, clock) };
  return door(checks, tighten(noDemand, { ...options, kind: options.kind ?? 'person' }));
}

interface Checks {
  readonly tokens: TokenCheck;
  /** Null where no token may be bound to a key. */
  readonly keys: DpopCheck | null;
}

function door(checks: Checks, demand: Demand): Protection {
  const { tokens, keys } = checks;
  const checkParts = async (parts: RequestParts): Promise<PartsVerdict> => {
    const verdict = await judge(checks, demand, parts);
    if (verdict.ok) return verdict;
    const { refusal, reason } = verdict;
    return { ok: false, refusal, reason, answer: answerOf(verdict, demand, tokens.settings) };
  };
  return {
    check: async (request) => {
      const verdict = await checkParts(partsOfRequest(request));
      if (verdict.ok) return verdict;
      const { answer, ...denied } = verdict;
      return { ...denied, response: new Response(answer.body, answer) };
    },
    checkParts,
    requiring: (requirement) => door(checks, tighten(demand, requirement)),
    state: () => ({
      cache: tokens.verified.size(),
      proofs: keys?.replays.size?.() ?? null,
      keys: tokens.keys.state(),
      argus: tokens.settings.argus?.state() ?? null,
    }),
  };
}

async function judge(
  { tokens, keys }: Checks,
  demand: Demand,
  parts: RequestParts,
): Promise<Allowed | Refused> {
  const { settings } = tokens;
  const credentials = readCredentials(parts, settings);
  if (!credentials.ok) return credentials;
  const { source, token } = credentials;
  if (source === 'cookie' && isForeign(parts, settings.allowedOrigins)) {
    return refused('foreign_origin', 'foreign-origin');
  }
  const proof = await proveToken(tokens, credentials);
  if (!proof.ok) return { ...proof, source };
  const end = await endOf(settings, proof, token);
  if (end !== undefined) return { ...end, source };
  const { principal } = proof;
  // A remembered verification proves the token and never who sends it: the key is proven by every request.
  const key =
    source === 'dpop' ? await proveKey(keys, { token, jkt: principal.claims.cnf?.jkt }, parts) : needsNoProof;
  if (!key.ok) return { ...key, source };
  const lack = unmet(demand, principal, settings.clock.now());
  if (lack !== undefined) return { ...key, ...lack, source };
  return allowed(settings, principal, key);
}

function allowed({ argus, showsFeed }: Settings, principal: Principal, { headers }: KeyProven): Allowed {
  if (!showsFeed || !argus)
    return headers === undefined ? { ok: true, principal } : { ok: true, principal, headers };
  return { ok: true, principal, headers: { ...headers, 'argus-feed': argus.state().feed } };
}

/** Any other token was refused before, if it is bound to a key. */
const needsNoProof: KeyProven = { ok: true };
