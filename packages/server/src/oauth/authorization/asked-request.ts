import type { OAuthError, RefusalCode } from '@argus/contract';
import { type AuthorizationRequest, type Client, readAuthorizationRequest } from '@argus/core';
import { pushedRequest } from '@argus/store';
import { parametersOf } from '../../http/parameters.ts';
import { hashOf } from '../../secrets.ts';
import type { Services } from '../../services.ts';
import type { ResponseTarget } from './authorization-response.ts';
import type { Asked } from './sealed-request.ts';

/** A request whose client and target are known. */
export interface ReadRequest {
  readonly client: Client;
  readonly asked: Asked;
  readonly request: AuthorizationRequest;
}

/** Refused before there is anyone to send back to, or back to the client. */
export type UnreadRequest =
  | { readonly page: RefusalCode; readonly clientName?: string }
  | {
      readonly target: ResponseTarget;
      readonly error: OAuthError;
      readonly client: Client;
      readonly asked: Asked;
    };

/** RFC 9126 §2.2. */
export const pushedUriPrefix = 'urn:ietf:params:oauth:request_uri:';

/** What is asked, by whom, and whether it may be: nothing here depends on who is signed in. */
export async function readAsked(services: Services, shown: Asked): Promise<ReadRequest | UnreadRequest> {
  const clientId = shown.parameters.one('client_id');
  const client = clientId === undefined ? null : await services.clients.find(clientId);
  if (client?.status !== 'active') return { page: 'client_unknown' };
  const asked = await withPushed(services, client, shown);
  if (!asked) return { page: 'invalid_request', clientName: client.settings.name };
  const read = readAuthorizationRequest(asked.parameters, {
    client,
    resources: await services.clients.resourcesOf(client),
    isPushed: asked.pushedUri !== null,
  });
  switch (read.kind) {
    case 'request':
      return { client, asked, request: read.request };
    case 'page':
      return { page: read.refusal, clientName: client.settings.name };
    case 'redirect': {
      const { error, redirectUri, responseMode, state } = read;
      return { target: { redirectUri, responseMode, state }, error, client, asked };
    }
  }
}

/**
 * The parameters that were pushed, in place of the URI that stands for them (RFC 9126 §4). A URI of any other kind is
 * never fetched, and is refused by the reader.
 */
async function withPushed(services: Services, client: Client, asked: Asked): Promise<Asked | null> {
  const uri = asked.parameters.one('request_uri');
  if (asked.pushedUri !== null || !uri?.startsWith(pushedUriPrefix)) return asked;
  const pushed = await pushedRequest(services.store.pool, client.tenant, hashOf(uri));
  const isLive = pushed !== null && pushed.consumedAt === null && services.clock.now() < pushed.expiresAt;
  if (!isLive || pushed.clientId !== client.id) return null;
  const parameters = new Map(Object.entries(pushed.parameters));
  // What the browser added beside the URI counts for nothing (RFC 9126 §4, FAPI 2.0 §5.3.2.2).
  if (pushed.dpopJkt !== null) parameters.set('dpop_jkt', [pushed.dpopJkt]);
  return { ...asked, parameters: parametersOf(parameters), pushedUri: uri };
}
