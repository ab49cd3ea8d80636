import type { RefusalCode } from '@argus/contract';
import type { JwksState } from '@argus/tokens';
import { type Answer, answerOf } from './challenge.ts';
import { readCredentials } from './credentials.ts';
import { isForeign } from './origin-check.ts';
import type { Principal } from './principal.ts';
import { type RefusalReason, type Refused, refused } from './refused.ts';
import { partsOfRequest, type RequestParts } from './request-parts.ts';
import { type Demand, noDemand, type Requirement, tighten, unmet } from './requirement.ts';
import { type ProtectOptions, settingsOf } from './settings.ts';
import { createTokenCheck, proveToken, type TokenCheck } from './token-check.ts';
import type { CacheBounds } from './verified-tokens.ts';

type Allowed = { readonly ok: true; readonly principal: Principal };
type Denied = { readonly ok: false; readonly refusal: RefusalCode; readonly reason: RefusalReason };
export type Verdict = Allowed | (Denied & { readonly response: Response });
export type PartsVerdict = Allowed | (Denied & { readonly answer: Answer });

export interface ProtectionState {
  /** Verified tokens held now. */
  readonly cache: CacheBounds;
  readonly keys: JwksState;
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
 * fetched at the first token and when a token names an unknown key. Until tokens can be revoked by feed, a token
 * of an ended session is accepted until its own expiry. Throws a fault for options that could not guard anything.
 * Source: RFC 9068 §4, RFC 6750 §3, RFC 9470 §3.
 */
export function protect(options: ProtectOptions): Protection {
  return door(createTokenCheck(settingsOf(options)), tighten(noDemand, options));
}

function door(tokens: TokenCheck, demand: Demand): Protection {
  const checkParts = async (parts: RequestParts): Promise<PartsVerdict> => {
    const verdict = await judge(tokens, demand, parts);
    if (verdict.ok) return verdict;
    const { refusal, reason } = verdict;
    return { ok: false, refusal, reason, answer: answerOf(verdict, demand, tokens.settings.realm) };
  };
  return {
    check: async (request) => {
      const verdict = await checkParts(partsOfRequest(request));
      if (verdict.ok) return verdict;
      const { answer, ...denied } = verdict;
      return { ...denied, response: new Response(answer.body, answer) };
    },
    checkParts,
    requiring: (requirement) => door(tokens, tighten(demand, requirement)),
    state: () => ({ cache: tokens.verified.size(), keys: tokens.keys.state() }),
  };
}

async function judge(tokens: TokenCheck, demand: Demand, parts: RequestParts): Promise<Allowed | Refused> {
  const { settings } = tokens;
  const credentials = readCredentials(parts, settings.cookies);
  if (!credentials.ok) return credentials;
  if (credentials.source === 'cookie' && isForeign(parts, settings.allowedOrigins)) {
    return refused('foreign_origin', 'foreign-origin');
  }
  const proof = await proveToken(tokens, credentials);
  return proof.ok ? (unmet(demand, proof.principal, settings.clock.now()) ?? proof) : proof;
}
