import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

export const giveConsent: Write<Of<'give-consent'>> = ({ consent }) => ({
  name: 'give-consent',
  text: `INSERT INTO consents (tenant_id, user_id, client_id, scope, resources, granted_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id, user_id, client_id) DO UPDATE
      SET scope = EXCLUDED.scope, resources = EXCLUDED.resources, granted_at = EXCLUDED.granted_at, expires_at = EXCLUDED.expires_at`,
  values: [
    consent.userId,
    consent.clientId,
    consent.scope,
    consent.resources,
    timestamp(consent.grantedAt),
    timestamp(consent.expiresAt),
  ],
  expects: 1,
});

// The client is held first, like for a pushed request. Who withdraws comes first and is seen, or waits and finds the code.
export const holdConsent: Write<Of<'hold-consent'>> = ({ userId, clientId }) => ({
  name: 'hold-consent',
  text: `
    WITH client AS MATERIALIZED (
      SELECT id FROM clients WHERE tenant_id = $1 AND id = $3 FOR KEY SHARE
    )
    SELECT client.id FROM consents n, client
    WHERE n.tenant_id = $1 AND n.user_id = $2 AND n.client_id = client.id FOR KEY SHARE OF n`,
  values: [userId, clientId],
  expects: 1,
});

export const withdrawConsent: Write<Of<'withdraw-consent'>> = ({ userId, clientId }) => ({
  name: 'withdraw-consent',
  text: 'DELETE FROM consents WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3',
  values: [userId, clientId],
  expects: 1,
});

export const pushRequest: Write<Of<'push-request'>> = ({ request }) => ({
  name: 'push-request',
  text: `INSERT INTO pushed_requests (tenant_id, uri_hash, client_id, parameters, dpop_jkt, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
  values: [
    request.uriHash,
    request.clientId,
    JSON.stringify(request.parameters),
    request.dpopJkt,
    timestamp(request.createdAt),
    timestamp(request.expiresAt),
  ],
  expects: 1,
});

// The client is held first: see the order of locks in `clients.ts`. The row is found by its key alone, for a planner
// without statistics would rather walk all that the client has; what is not distinct is in no index.
export const usePushedRequest: Write<Of<'use-pushed-request'>> = ({ uriHash, clientId, at }) => ({
  name: 'use-pushed-request',
  text: `
    WITH client AS MATERIALIZED (
      SELECT id FROM clients WHERE tenant_id = $1 AND id = $3 AND status = 'active' FOR KEY SHARE
    )
    UPDATE pushed_requests p SET consumed_at = $4 FROM client
    WHERE p.tenant_id = $1 AND p.uri_hash = $2 AND p.client_id IS NOT DISTINCT FROM client.id
      AND p.consumed_at IS NULL AND p.expires_at > $4`,
  values: [uriHash, clientId, timestamp(at)],
  expects: 1,
});

// Without a lock: a code under a session that ends meanwhile is worth nothing, for its redemption looks again.
export const createCode: Write<Of<'create-code'>> = ({ code }) => ({
  name: 'create-code',
  text: `
    INSERT INTO authorization_codes (tenant_id, code_hash, client_id, user_id, session_id, grant_id, redirect_uri, scope,
      resources, nonce, code_challenge, dpop_jkt, created_at, expires_at)
    SELECT $1, $2, $3, s.user_id, s.id, $6, $7, $8, $9, $10, $11, $12, $13, $14
    FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id JOIN tenants t ON t.id = s.tenant_id
    WHERE s.tenant_id = $1 AND s.id = $5 AND s.user_id = $4 AND s.state = 'active' AND u.status = 'active'
      AND t.status = 'active'`,
  values: [
    code.codeHash,
    code.clientId,
    code.userId,
    code.sessionId,
    code.grantId,
    code.redirectUri,
    code.scope,
    code.resources,
    code.nonce,
    code.codeChallenge,
    code.dpopJkt,
    timestamp(code.createdAt),
    timestamp(code.expiresAt),
  ],
  expects: 1,
});

// The client is held first and the row found by its key alone, like a pushed request.
export const redeemCode: Write<Of<'redeem-code'>> = ({ codeHash, clientId, at }) => ({
  name: 'redeem-code',
  text: `
    WITH client AS MATERIALIZED (
      SELECT id FROM clients WHERE tenant_id = $1 AND id = $3 AND status = 'active' FOR SHARE
    )
    UPDATE authorization_codes c SET consumed_at = $4 FROM client
    WHERE c.tenant_id = $1 AND c.code_hash = $2 AND c.client_id IS NOT DISTINCT FROM client.id
      AND c.consumed_at IS NULL AND c.expires_at > $4`,
  values: [codeHash, clientId, timestamp(at)],
  expects: 1,
});

export const claimMark: Write<Of<'claim-mark'>> = ({ mark }) => ({
  name: 'claim-mark',
  text: `INSERT INTO marks (tenant_id, use, hash, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, use, hash) DO NOTHING`,
  values: [mark.use, mark.hash, timestamp(mark.expiresAt)],
  expects: 1,
});

export const endToken: Write<Of<'end-token'>> = ({ jti, grantId, expiresAt }) => ({
  name: 'end-token',
  text: `INSERT INTO ended_tokens (tenant_id, jti, grant_id, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, jti) DO NOTHING RETURNING jti AS id`,
  values: [jti, grantId, timestamp(expiresAt)],
  expects: 0,
  tells: (ids) => ids.map((ended) => ({ type: 'token-ended', jti: ended })),
});
