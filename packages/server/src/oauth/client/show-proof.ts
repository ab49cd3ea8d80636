import { fapiAlgorithms } from '@argus/contract';
import type { Client, Mark } from '@argus/core';
import { verifyDpopProof } from '@argus/tokens';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import type { Call } from '../../http/route.ts';
import { hashOf } from '../../secrets.ts';
import type { Services } from '../../services.ts';

/** Whether a request proves possession of a key (RFC 9449 §4.3). */
export interface ShownProof {
  /** Thumbprint of the proven key; null without a proof. */
  readonly jkt: string | null;
  readonly marks: readonly Mark[];
  /** For every answer to a request that carried a proof (RFC 9449 §8.2). */
  readonly headers: Readonly<Record<string, string>>;
}

interface ProofAsked {
  readonly path: string;
  readonly client: Client;
  /** The token shown beside it, which it must name. */
  readonly accessToken?: string;
}

/** The proof of a client's request to `path` of this server. A nonce of ours is demanded, so that none is made in advance. */
export function shownProof(
  services: Services,
  call: Pick<Call, 'headers' | 'method'>,
  { path, client, accessToken }: ProofAsked,
): ShownProof | OAuthRefused {
  const header = call.headers.dpop;
  if (header === undefined) return { jkt: null, marks: [], headers: {} };
  const { config, clock, dpopNonces } = services;
  const headers = { 'dpop-nonce': dpopNonces.current() };
  const proof = verifyDpopProof(Array.isArray(header) ? header.join(', ') : header, {
    method: call.method,
    url: `${config.issuer}${path}`,
    now: clock.now(),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(client.settings.profile === 'fapi2' ? { algorithms: fapiAlgorithms } : {}),
  });
  if (!proof.ok) return { oauthError: 'invalid_dpop_proof', reason: proof.rejection, headers };
  if (proof.nonce === null || !dpopNonces.isGood(proof.nonce)) {
    return { oauthError: 'use_dpop_nonce', reason: 'nonce', headers };
  }
  const mark: Mark = { use: 'dpop', hash: hashOf(`${proof.jkt}\n${proof.jti}`), expiresAt: proof.expiresAt };
  return { jkt: proof.jkt, marks: [mark], headers };
}
