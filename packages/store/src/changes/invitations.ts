import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdAddress } from './hold-addresses.ts';
import { holdOwner } from './hold-owner.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

export const invite: Write<Of<'invite'>> = ({ invitation }) => ({
  first: holdAddress(invitation.email),
  name: 'invite',
  text: `
    INSERT INTO invitations (tenant_id, id, user_id, token_hash, email, name, roles, groups, invited_by, created_at, sent_at, expires_at)
    SELECT t.id, $2, $3, $4, $5, $6, $7::text[], $8::text[], $9, $10, $11, $12 FROM tenants t
    WHERE t.id = $1 AND t.status = 'active' AND NOT EXISTS (
      SELECT FROM users u WHERE u.tenant_id = $1 AND u.email = $5 AND (u.email_verified_at IS NOT NULL OR u.status <> 'active'))
    ON CONFLICT (tenant_id, email) DO NOTHING`,
  values: [
    invitation.id,
    invitation.userId,
    invitation.tokenHash,
    invitation.email,
    invitation.name,
    invitation.roles,
    invitation.groups,
    invitation.invitedBy,
    timestamp(invitation.createdAt),
    timestamp(invitation.sentAt),
    timestamp(invitation.expiresAt),
  ],
  expects: 1,
});

export const renewInvitation: Write<Of<'renew-invitation'>> = ({ id, tokenHash, at, expiresAt }) => ({
  name: 'renew-invitation',
  text: `UPDATE invitations SET token_hash = $3, sent_at = $4, expires_at = $5 WHERE tenant_id = $1 AND id = $2`,
  values: [id, tokenHash, timestamp(at), timestamp(expiresAt)],
  expects: 1,
});

export const revokeInvitation: Write<Of<'revoke-invitation'>> = ({ id }) => ({
  name: 'revoke-invitation',
  text: 'DELETE FROM invitations WHERE tenant_id = $1 AND id = $2',
  values: [id],
  expects: 1,
});

export const useInvitation: Write<Of<'use-invitation'>> = ({ tokenHash, at }) => ({
  name: 'use-invitation',
  text: 'DELETE FROM invitations WHERE tenant_id = $1 AND token_hash = $2 AND expires_at > $3',
  values: [tokenHash, timestamp(at)],
  expects: 1,
});

// A device is known by a secret in its browser, so each gets a hash that no secret leads to.
export const shedAccount: Write<Of<'shed-account'>> = ({ userId }) => ({
  first: holdOwner(userId),
  name: 'shed-account',
  text: `
    WITH going AS (
      UPDATE users SET name = NULL WHERE tenant_id = $1 AND id = $2 AND email_verified_at IS NULL AND status = 'active'
      RETURNING tenant_id, id
    ), consents_gone AS (
      DELETE FROM consents c USING going g WHERE c.tenant_id = g.tenant_id AND c.user_id = g.id
    ), progress_gone AS (
      DELETE FROM sign_in_progress p USING going g WHERE p.tenant_id = g.tenant_id AND p.user_id = g.id
    ), recoveries_gone AS (
      DELETE FROM recoveries r USING going g WHERE r.tenant_id = g.tenant_id AND r.user_id = g.id
    ), devices_unknown AS (
      UPDATE devices d SET secret_hash = sha256(d.secret_hash || uuid_send(d.id)) FROM going g
      WHERE d.tenant_id = g.tenant_id AND d.user_id = g.id
    )
    SELECT id FROM going`,
  values: [userId],
  expects: 1,
});
