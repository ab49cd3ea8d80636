import type { AdminClient, AdminProvider, AdminResource, ConsentAnswer } from '@argus/contract';
import { authMethodOf, type Client, type Consent, type Provider, type Resource } from '@argus/core';
import { warningsOf } from '../flows/client-warnings.ts';
import { time } from './describe.ts';

export function describeClient(client: Client): AdminClient {
  const { id, settings, status, source, secretHash, createdAt, changedAt } = client;
  return {
    ...settings,
    id,
    status,
    source,
    authMethod: authMethodOf(settings),
    hasSecret: secretHash !== null,
    warnings: warningsOf(client),
    createdAt: time(createdAt),
    changedAt: time(changedAt),
  };
}

export function describeResource({ id, settings }: Resource): AdminResource {
  return { ...settings, id };
}

export function describeProvider({ id, settings, sealedSecret, changedAt }: Provider): AdminProvider {
  return { ...settings, id, hasSecret: sealedSecret !== null, changedAt: time(changedAt) };
}

export function describeConsent({
  consent,
  clientName,
}: {
  readonly consent: Consent;
  readonly clientName: string;
}): ConsentAnswer {
  const { clientId, scope, grantedAt, expiresAt } = consent;
  return {
    clientId,
    clientName,
    scope: [...scope],
    grantedAt: time(grantedAt),
    expiresAt: expiresAt === null ? null : time(expiresAt),
  };
}
