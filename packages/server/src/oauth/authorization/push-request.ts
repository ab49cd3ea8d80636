import { type Change, type PushedRequest, readAuthorizationRequest } from '@argus/core';
import type { Answer } from '../../http/answer.ts';
import { isOAuthRefused, type OAuthRefused, oauthJson } from '../../http/oauth-answer.ts';
import { type Parameters, parametersOf, plainParameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';
import { hashOf } from '../../secrets.ts';
import type { Services } from '../../services.ts';
import { fromNetwork } from '../../throttle/throttle.ts';
import { authenticateClient, type ProvenClient } from '../client/authenticate-client.ts';
import { claimMarks } from '../client/claim-marks.ts';
import { type ShownProof, shownProof } from '../client/show-proof.ts';
import { pushedUriPrefix } from './asked-request.ts';

/** Long enough to open a browser; FAPI 2.0 §5.3.2.2 allows less than ten minutes. */
const lifeSeconds = 90;
/** What a client proves itself with is no part of the request. */
const ownFields = new Set(['client_secret', 'client_assertion', 'client_assertion_type']);

/** Keep an authorization request for the browser to refer to (RFC 9126 §2). */
export async function pushRequest(
  services: Services,
  call: Call,
  parameters: Parameters,
): Promise<Answer | OAuthRefused> {
  const proven = await authenticateClient(services, call, parameters);
  if (isOAuthRefused(proven)) return proven;
  const proof = shownProof(services, call, { path: '/oauth/par', client: proven.client });
  if (isOAuthRefused(proof)) return proof;
  const replayed = await claimMarks(services, proven.client.tenant, [...proven.marks, ...proof.marks]);
  if (replayed) return { ...replayed, headers: proof.headers };
  const refused = await refusalOf(services, { proven, proof, parameters, ip: call.origin.ip });
  if (refused) return { ...refused, headers: proof.headers };
  const { request, uri } = newRequest(services, proven, { parameters, proof });
  const change: Change = { kind: 'push-request', request };
  await services.store.commit({ tenant: proven.client.tenant, changes: [change], events: [] });
  return oauthJson(201, { request_uri: uri, expires_in: lifeSeconds }, proof.headers);
}

interface Pushing {
  readonly proven: ProvenClient;
  readonly proof: ShownProof;
  readonly parameters: Parameters;
  readonly ip: string;
}

async function refusalOf(services: Services, pushing: Pushing): Promise<OAuthRefused | null> {
  const { proven, proof, parameters, ip } = pushing;
  const { client, method } = proven;
  if (method === 'none' && services.throttle.take([fromNetwork('oauth', ip)], services.clock.now()))
    return { oauthError: 'temporarily_unavailable', reason: 'throttled', status: 429 };
  // RFC 9126 §2.1: a pushed request cannot refer to another one.
  if (parameters.names.includes('request_uri'))
    return { oauthError: 'invalid_request', reason: 'request-uri' };
  const named = parameters.one('dpop_jkt');
  // RFC 9449 §10.1: both may say which key the code is bound to, and then the same.
  if (named !== undefined && proof.jkt !== null && named !== proof.jkt)
    return { oauthError: 'invalid_dpop_proof', reason: 'other-key' };
  const resources = await services.clients.resourcesOf(client);
  const asked = parametersOf(new Map([...Object.entries(kept(parameters)), ['client_id', [client.id]]]));
  const read = readAuthorizationRequest(asked, { client, resources, isPushed: true });
  if (read.kind === 'redirect') return { oauthError: read.error };
  if (read.kind === 'page') return { oauthError: 'invalid_request', reason: read.refusal };
  return null;
}

function newRequest(
  { random, clock }: Services,
  { client }: ProvenClient,
  { parameters, proof }: Pick<Pushing, 'parameters' | 'proof'>,
): { readonly request: PushedRequest; readonly uri: string } {
  const uri = `${pushedUriPrefix}${random.bytes(32).toString('base64url')}`;
  const now = clock.now();
  return {
    uri,
    request: {
      uriHash: hashOf(uri),
      clientId: client.id,
      parameters: { ...kept(parameters), client_id: [client.id] },
      dpopJkt: proof.jkt,
      createdAt: now,
      expiresAt: now + lifeSeconds * 1000,
      consumedAt: null,
    },
  };
}

function kept(parameters: Parameters): Record<string, readonly string[]> {
  const all = Object.entries(plainParameters(parameters));
  return Object.fromEntries(all.filter(([name]) => !ownFields.has(name)));
}
