import type { GrantId } from '@argus/contract';
import { type AuthorizationCode, type Change, type Client, type EventDraft, subjectOf } from '@argus/core';
import { hashOf } from '../../secrets.ts';
import { type Services, stamp } from '../../services.ts';
import type { Authorizing } from './authorizing.ts';
import type { Asked } from './sealed-request.ts';
import { tooOften } from './too-often.ts';

/** What ended meanwhile: what the decision stood on, or the pushed request, which had its answer. Or the patience. */
export type GrantedCode = { readonly code: string } | { readonly lost: 'ground' | 'request' | 'patience' };

/** A new code for the person who is there; or why there can be none any more. */
export async function grantCode(services: Services, authorizing: Authorizing): Promise<GrantedCode> {
  const { client, asked, visit, consent, origin } = authorizing;
  if (!visit) return { lost: 'ground' };
  if (await tooOften(services, visit, origin)) return { lost: 'patience' };
  const secret = services.random.bytes(32).toString('base64url');
  const lifeSeconds = await codeSecondsOf(services, client, visit.current);
  const code = newCode(services, authorizing, { secret, visit, lifeSeconds });
  const { user, session, device } = visit.current;
  const granted: EventDraft = {
    type: 'authorization.granted',
    actor: 'user',
    userId: user.id,
    sessionId: session.id,
    grantId: code.grantId,
    deviceId: device.id,
    origin,
    details: { clientId: client.id, scope: code.scope.join(' ') },
  };
  const written = await services.store.commit({
    tenant: client.tenant,
    changes: [
      ...usedUp(client, asked),
      ...(consent ? [{ kind: 'hold-consent' as const, userId: user.id, clientId: client.id }] : []),
      { kind: 'create-code', code },
    ],
    events: stamp(services, code.createdAt, [granted]),
  });
  if (written.isCommitted) return { code: secret };
  return { lost: written.lost === 'use-pushed-request' ? 'request' : 'ground' };
}

/** A pushed request serves one answer. It counts as of when the browser came with it, however long a sign-in took. */
export function usedUp(client: Client, asked: Asked): Change[] {
  if (asked.pushedUri === null) return [];
  const uriHash = hashOf(asked.pushedUri);
  return [{ kind: 'use-pushed-request', uriHash, clientId: client.id, at: asked.startedAt }];
}

/** ASVS 10.4.3, FAPI 2.0 §5.3.2.1: a code is for the next moment only, as policy says for this person at this client. */
async function codeSecondsOf(
  services: Services,
  { tenant, id: clientId }: Client,
  { user, session }: NonNullable<Authorizing['visit']>['current'],
): Promise<number> {
  const subject = { ...subjectOf(user, session), clientId };
  return (await services.policies.effective(tenant, subject)).tokens.codeSeconds;
}

interface CodeMaking {
  readonly secret: string;
  readonly visit: NonNullable<Authorizing['visit']>;
  readonly lifeSeconds: number;
}

function newCode(
  { random, clock }: Services,
  { client, request }: Authorizing,
  { secret, visit, lifeSeconds }: CodeMaking,
): AuthorizationCode {
  const now = clock.now();
  return {
    codeHash: hashOf(secret),
    clientId: client.id,
    userId: visit.current.user.id,
    sessionId: visit.current.session.id,
    grantId: random.uuid() as GrantId, // made as the name of one
    redirectUri: request.redirectUri,
    scope: request.scope,
    resources: request.resources,
    nonce: request.nonce,
    codeChallenge: request.codeChallenge,
    dpopJkt: request.dpopJkt,
    createdAt: now,
    expiresAt: now + lifeSeconds * 1000,
    consumedAt: null,
  };
}
