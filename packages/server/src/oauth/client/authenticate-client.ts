import { timingSafeEqual } from 'node:crypto';
import type { ClientAuthMethod, Instant } from '@argus/contract';
import { type Client, type Mark, mayProveBy } from '@argus/core';
import { verifyClientAssertion } from '@argus/tokens';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';
import { hashOf } from '../../secrets.ts';
import type { Services } from '../../services.ts';
import { basicChallenge, type ShownClient, shownClient } from './shown-client.ts';
import { tellRefusedFrom } from './tell-refused.ts';

/** A client that proved itself, or a public one that only named itself. */
export interface ProvenClient {
  readonly client: Client;
  readonly method: ClientAuthMethod;
  /** What may not be shown again; to be claimed before anything is done for the client. */
  readonly marks: readonly Mark[];
}

export type ClientCall = Pick<Call, 'headers' | 'search' | 'origin'>;

/** Who calls (RFC 6749 §2.3, RFC 7523 §3, OIDC Core §9), by the one method that the client is registered with. */
export async function authenticateClient(
  services: Services,
  call: ClientCall,
  parameters: Parameters,
): Promise<ProvenClient | OAuthRefused> {
  const shown = shownClient(call, parameters);
  if ('oauthError' in shown) return shown;
  const client = await services.clients.find(shown.clientId);
  const proof = client ? await prove(services, client, shown) : unknown(services, shown);
  if (client && !('rejection' in proof)) return { client, method: shown.method, marks: proof.marks };
  if (client && 'rejection' in proof) {
    const { origin } = call;
    await tellRefusedFrom(services, client, { actor: 'anyone', reason: proof.rejection, origin });
  }
  return refusedAs(shown);
}

type Proof = { readonly marks: readonly Mark[] } | { readonly rejection: string };

async function prove(services: Services, client: Client, shown: ShownClient): Promise<Proof> {
  if (client.status !== 'active') return { rejection: 'client-disabled' };
  if (!mayProveBy(client.settings, shown.method)) return { rejection: 'wrong-method' };
  switch (shown.method) {
    case 'none':
      return { marks: [] };
    case 'client_secret_basic':
    case 'client_secret_post':
      return isSecretOf(services, client, shown.secret) ? { marks: [] } : { rejection: 'wrong-secret' };
    case 'private_key_jwt':
      return proveByAssertion(services, client, shown.assertion);
  }
}

/** The same work for a client that nobody knows. */
function unknown(services: Services, shown: ShownClient): Proof {
  if ('secret' in shown) services.secrets.clientSecretHash(shown.secret);
  return { rejection: 'unknown-client' };
}

function isSecretOf({ secrets }: Services, { secretHash }: Client, secret: string): boolean {
  const hash = secrets.clientSecretHash(secret);
  return secretHash !== null && secretHash.length === hash.length && timingSafeEqual(secretHash, hash);
}

async function proveByAssertion(services: Services, client: Client, assertion: string): Promise<Proof> {
  const { config, clock, clientKeys } = services;
  const keys = await clientKeys.of(client, assertion);
  if (!keys) return { rejection: 'no-usable-key' };
  const verified = verifyClientAssertion(assertion, {
    clientId: client.id,
    keys,
    issuer: config.issuer,
    endpoints: assertedEndpoints.map((path) => `${config.issuer}${path}`),
    isFapi: client.settings.profile === 'fapi2',
    now: clock.now(),
  });
  if (!verified.ok) return { rejection: verified.rejection };
  return { marks: [assertionMark(client, verified.jti, verified.expiresAt)] };
}

/** RFC 7523 §3 lets the token endpoint's URL stand for the server; RFC 9126 §2 and practice add the one that is called. */
const assertedEndpoints = ['/oauth/token', '/oauth/par', '/oauth/revoke', '/oauth/introspect'];

function assertionMark(client: Client, jti: string, expiresAt: Instant): Mark {
  return { use: 'assertion', hash: hashOf(`${client.id}\n${jti}`), expiresAt };
}

/** RFC 6749 §5.2: whoever tried HTTP authentication is told which scheme to use. */
function refusedAs({ method }: ShownClient): OAuthRefused {
  return method === 'client_secret_basic'
    ? { oauthError: 'invalid_client', headers: basicChallenge }
    : { oauthError: 'invalid_client' };
}
