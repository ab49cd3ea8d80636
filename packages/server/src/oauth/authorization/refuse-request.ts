import { type OAuthError, oauthErrors } from '@argus/contract';
import type { Client } from '@argus/core';
import type { Visit } from '../../flows/visit.ts';
import type { Answer } from '../../http/answer.ts';
import type { CallOrigin } from '../../http/caller.ts';
import type { SetCookie } from '../../http/cookies.ts';
import { deadEndPage } from '../../http/refusal-page.ts';
import { type Services, stamp } from '../../services.ts';
import type { UnreadRequest } from './asked-request.ts';
import { authorizationResponse, type ResponseTarget } from './authorization-response.ts';
import type { Authorizing } from './authorizing.ts';
import { usedUp } from './grant-code.ts';
import type { Asked } from './sealed-request.ts';
import { tooOften } from './too-often.ts';

/** Back to the client with an error; the pushed request is used up by it (RFC 9126 §4). */
export async function refuseAsked(
  services: Services,
  authorizing: Omit<Authorizing, 'consent'>,
  error: OAuthError,
): Promise<Answer> {
  const { client, asked, request, cookies, visit, origin } = authorizing;
  await noteRefusal(services, { client, asked, error, by: visit && { visit, origin } });
  return errorTo(services, { target: request, error, cookies });
}

/** The same for one that could not be read; to a page of ours where nobody is known to send it back to. */
export async function refuseUnread(services: Services, unread: UnreadRequest): Promise<Answer> {
  if ('page' in unread) return deadEndPage(unread.page, unread.clientName);
  const { target, error, client, asked } = unread;
  await noteRefusal(services, { client, asked, error, by: null });
  return errorTo(services, { target, error });
}

interface Sent {
  readonly target: ResponseTarget;
  readonly error: OAuthError;
  readonly cookies?: readonly SetCookie[];
}

/** An error as the client gets it. */
export function errorTo({ config }: Pick<Services, 'config'>, { target, error, cookies }: Sent): Answer {
  const said = { error, description: oauthErrors[error].sentence };
  return authorizationResponse(config.issuer, target, said, cookies);
}

interface NotedRefusal {
  readonly client: Client;
  readonly asked: Asked;
  readonly error: OAuthError;
  /** The person who was there, if any. */
  readonly by: { readonly visit: Visit; readonly origin: CallOrigin } | null;
}

/** Uses the pushed request up, and tells the log when a person was there; strangers cannot fill it. */
async function noteRefusal(services: Services, { client, asked, error, by }: NotedRefusal): Promise<void> {
  const changes = usedUp(client, asked);
  if (changes.length > 0) await services.store.commit({ tenant: client.tenant, changes, events: [] });
  if (!by || (await tooOften(services, by.visit, by.origin))) return;
  const { user, session, device } = by.visit.current;
  const refused = {
    type: 'authorization.refused',
    actor: 'user',
    userId: user.id,
    sessionId: session.id,
    deviceId: device.id,
    origin: by.origin,
    reason: error,
    details: { clientId: client.id },
  } as const;
  const events = stamp(services, services.clock.now(), [refused]);
  await services.store.commit({ tenant: client.tenant, changes: [], events });
}
