import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdTenant } from './hold-tenant.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// Like a resource.
export const declareProvider: Write<Of<'declare-provider'>> = ({ provider }) => ({
  first: holdTenant,
  name: 'declare-provider',
  text: `
    INSERT INTO providers (tenant_id, id, settings, domains, sealed_secret, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE
      SET settings = EXCLUDED.settings, domains = EXCLUDED.domains, sealed_secret = EXCLUDED.sealed_secret,
        changed_at = EXCLUDED.changed_at
      WHERE providers.tenant_id = EXCLUDED.tenant_id`,
  values: [
    provider.id,
    JSON.stringify(provider.settings),
    provider.settings.domains,
    provider.sealedSecret,
    timestamp(provider.changedAt),
  ],
  expects: 1,
});

export const removeProvider: Write<Of<'remove-provider'>> = ({ providerId }) => ({
  name: 'remove-provider',
  text: 'DELETE FROM providers WHERE tenant_id = $1 AND id = $2',
  values: [providerId],
  expects: 1,
});

export const linkIdentity: Write<Of<'link-identity'>> = ({ identity }) => ({
  name: 'link-identity',
  text: `INSERT INTO identities (tenant_id, issuer, subject, provider_id, user_id, email, linked_at, last_used_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, issuer, subject) DO NOTHING`,
  values: [
    identity.issuer,
    identity.subject,
    identity.providerId,
    identity.userId,
    identity.email,
    timestamp(identity.linkedAt),
    timestamp(identity.lastUsedAt),
  ],
  expects: 1,
});

export const useIdentity: Write<Of<'use-identity'>> = ({ issuer, subject, userId, email, at }) => ({
  name: 'use-identity',
  text: `UPDATE identities SET email = $5, last_used_at = GREATEST(last_used_at, $6)
    WHERE tenant_id = $1 AND issuer = $2 AND subject = $3 AND user_id = $4`,
  values: [issuer, subject, userId, email, timestamp(at)],
  expects: 1,
});

// Never the last way in: a password, a passkey, or another identity whose provider is still there, must be left. The
// caller holds the user, so that two of these come one after the other. What opens nothing any more may always go.
export const unlinkIdentity: Write<Of<'unlink-identity'>> = ({ issuer, subject, userId }) => ({
  name: 'unlink-identity',
  text: `
    DELETE FROM identities i
    WHERE i.tenant_id = $1 AND i.issuer = $2 AND i.subject = $3 AND i.user_id = $4 AND (
      EXISTS (SELECT FROM passwords p WHERE p.tenant_id = $1 AND p.user_id = $4)
      OR EXISTS (SELECT FROM passkeys k WHERE k.tenant_id = $1 AND k.user_id = $4)
      OR EXISTS (
        SELECT FROM identities o JOIN providers v ON v.tenant_id = o.tenant_id AND v.id = o.provider_id
        WHERE o.tenant_id = $1 AND o.user_id = $4 AND (o.issuer, o.subject) <> ($2, $3))
      OR NOT EXISTS (SELECT FROM providers v WHERE v.tenant_id = $1 AND v.id = i.provider_id))`,
  values: [issuer, subject, userId],
  expects: 1,
});

// A step-up at the same provider may bring another session of it: the newest is the one that can end there.
export const noteUpstreamSession: Write<Of<'note-upstream-session'>> = ({ upstream }) => ({
  name: 'note-upstream-session',
  text: `INSERT INTO upstream_sessions (tenant_id, session_id, issuer, subject, sid, provider_id)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, session_id, issuer) DO UPDATE
      SET subject = EXCLUDED.subject, sid = EXCLUDED.sid, provider_id = EXCLUDED.provider_id`,
  values: [upstream.sessionId, upstream.issuer, upstream.subject, upstream.sid, upstream.providerId],
  expects: 1,
});
