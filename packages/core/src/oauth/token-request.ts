import {
  type ClientSettings,
  type GrantType,
  grantTypes,
  type Instant,
  type OAuthError,
} from '@argus/contract';
import type { Session } from '../session/session.ts';
import { sessionValidity } from '../session/validity.ts';
import type { User } from '../user/user.ts';
import { type Client, demandsDpop } from './client.ts';
import type { AuthorizationCode } from './grant.ts';
import { isVerifierOf } from './pkce.ts';

/** What one question to the store answers about a code. */
export interface CodeFacts {
  readonly code: AuthorizationCode;
  readonly session: Session;
  readonly user: User;
}

/** What an authenticated client shows beside the code. */
export interface CodeProof {
  readonly client: Client;
  readonly redirectUri: string | undefined;
  readonly codeVerifier: string | undefined;
  /** Thumbprint of the key of a DPoP proof that held; null without one. */
  readonly dpopJkt: string | null;
  readonly now: Instant;
}

export type CodeRefusal =
  | 'foreign-client'
  | 'replayed'
  | 'expired'
  | 'session-over'
  | 'foreign-redirect'
  | 'unwanted-verifier'
  | 'wrong-verifier'
  | 'wrong-key'
  | 'no-key';

export type CodeJudgment =
  | { readonly isGood: true }
  | {
      readonly isGood: false;
      readonly refused: OAuthError;
      /** For the audit log alone. */
      readonly reason: CodeRefusal;
      /** The code was redeemed before: what that began must end (RFC 6749 §4.1.2). */
      readonly isReplay: boolean;
    };

/** Whether tokens may be given for an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9449 §10). */
export function judgeCode(facts: CodeFacts, proof: CodeProof): CodeJudgment {
  const reason = codeRefusal(facts, proof);
  if (reason === null) return { isGood: true };
  // RFC 9449 §5: a proof that is missing can be sent with the next try; everything else is said in one word.
  const refused = reason === 'no-key' ? 'invalid_dpop_proof' : 'invalid_grant';
  return { isGood: false, refused, reason, isReplay: reason === 'replayed' };
}

function codeRefusal({ code, session, user }: CodeFacts, proof: CodeProof): CodeRefusal | null {
  const { client, now } = proof;
  // First of all, so that nobody can end by a code what another client began with it.
  if (code.clientId !== client.id || user.tenant !== client.tenant) return 'foreign-client';
  if (code.consumedAt !== null) return 'replayed';
  if (now >= code.expiresAt) return 'expired';
  if (!sessionValidity(session, user.status, now).isValid) return 'session-over';
  if (proof.redirectUri !== code.redirectUri) return 'foreign-redirect';
  return verifierRefusal(code, proof) ?? keyRefusal(code, proof);
}

function verifierRefusal(
  { codeChallenge }: AuthorizationCode,
  { codeVerifier }: CodeProof,
): CodeRefusal | null {
  if (codeChallenge !== null)
    return codeVerifier !== undefined && isVerifierOf(codeChallenge, codeVerifier) ? null : 'wrong-verifier';
  // RFC 9700 §4.8.2: somebody may have cut the challenge out of the request that this client made.
  return codeVerifier === undefined ? null : 'unwanted-verifier';
}

function keyRefusal(code: AuthorizationCode, { client, dpopJkt }: CodeProof): CodeRefusal | null {
  if (dpopJkt === null && (code.dpopJkt !== null || demandsDpop(client.settings))) return 'no-key';
  return code.dpopJkt === null || code.dpopJkt === dpopJkt ? null : 'wrong-key';
}

/** The grant type of a token request, when Argus knows it and the client may use it (RFC 6749 §5.2). */
export function readGrantType(
  sent: string | undefined,
  settings: Pick<ClientSettings, 'grantTypes'>,
): GrantType | 'invalid_request' | 'unsupported_grant_type' | 'unauthorized_client' {
  if (sent === undefined) return 'invalid_request';
  const known = grantTypes.find((one) => one === sent);
  if (!known) return 'unsupported_grant_type';
  return settings.grantTypes.includes(known) ? known : 'unauthorized_client';
}
