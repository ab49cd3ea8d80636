import type {
  AuthorizationCode,
  Client,
  Consent,
  DeviceAuthorization,
  Identity,
  Provider,
  PushedRequest,
  Resource,
} from '@argus/core';
import { columnsOf, type Row } from './rows.ts';

export const codeColumns = columnsOf('c', [
  'code_hash',
  'client_id',
  'user_id',
  'session_id',
  'grant_id',
  'redirect_uri',
  'scope',
  'resources',
  'nonce',
  'code_challenge',
  'dpop_jkt',
  'created_at',
  'expires_at',
  'consumed_at',
]);

export function clientOf(row: Row): Client {
  return {
    id: row.id,
    tenant: row.tenant_id,
    status: row.status,
    settings: row.settings,
    secretHash: row.secret_hash,
    ownGrantId: row.own_grant_id,
    source: row.source,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

export function resourceOf(row: Row): Resource {
  return { id: row.id, tenant: row.tenant_id, settings: row.settings };
}

export function providerOf(row: Row): Provider {
  return {
    id: row.id,
    tenant: row.tenant_id,
    settings: row.settings,
    sealedSecret: row.sealed_secret,
    changedAt: row.changed_at,
  };
}

export function identityOfRow(row: Row): Identity {
  return {
    issuer: row.issuer,
    subject: row.subject,
    providerId: row.provider_id,
    userId: row.user_id,
    email: row.email,
    linkedAt: row.linked_at,
    lastUsedAt: row.last_used_at,
  };
}

export function consentOfRow(row: Row): Consent {
  return {
    userId: row.user_id,
    clientId: row.client_id,
    scope: row.scope,
    resources: row.resources,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
  };
}

export function codeOf(row: Row): AuthorizationCode {
  return {
    codeHash: row.c_code_hash,
    clientId: row.c_client_id,
    userId: row.c_user_id,
    sessionId: row.c_session_id,
    grantId: row.c_grant_id,
    redirectUri: row.c_redirect_uri,
    scope: row.c_scope,
    resources: row.c_resources,
    nonce: row.c_nonce,
    codeChallenge: row.c_code_challenge,
    dpopJkt: row.c_dpop_jkt,
    createdAt: row.c_created_at,
    expiresAt: row.c_expires_at,
    consumedAt: row.c_consumed_at,
  };
}

export function pushedRequestOf(row: Row): PushedRequest {
  return {
    uriHash: row.uri_hash,
    clientId: row.client_id,
    parameters: row.parameters,
    dpopJkt: row.dpop_jkt,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    consumedAt: row.consumed_at,
  };
}

export function deviceAuthorizationOf(row: Row): DeviceAuthorization {
  return {
    deviceCodeHash: row.device_code_hash,
    userCodeHash: row.user_code_hash,
    clientId: row.client_id,
    scope: row.scope,
    resources: row.resources,
    state: row.state,
    userId: row.user_id,
    sessionId: row.session_id,
    grantId: row.grant_id,
    ip: row.ip,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    polledAt: row.polled_at,
    intervalSeconds: row.interval_seconds,
  };
}
