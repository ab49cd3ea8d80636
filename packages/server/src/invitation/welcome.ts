import type { ProviderSettings, TenantId, UserId } from '@argus/contract';
import { type Change, type EventDraft, isOpen, lackingFor } from '@argus/core';
import { invitationsOfTenant } from '@argus/store';
import type { Services } from '../services.ts';

/** Whether somebody new may come, and as what. */
export interface Welcomed {
  readonly newUsers: ProviderSettings['newUsers'];
  /** What an invitation makes of them. */
  readonly as: {
    readonly id?: UserId;
    readonly roles?: readonly string[];
    readonly groups?: readonly string[];
  };
  readonly changes: readonly Change[];
  readonly event: Pick<EventDraft, 'type' | 'details'> | null;
}

/**
 * How somebody new is met whose address a provider has confirmed. Where people do not sign up by themselves, only those
 * who are invited come; an invitation goes before what the provider's settings say, and nobody comes where it is closed.
 */
export async function welcomedBy(
  services: Services,
  {
    tenant,
    email,
    newUsers,
  }: {
    readonly tenant: TenantId;
    readonly email: string | null;
    readonly newUsers: ProviderSettings['newUsers'];
  },
): Promise<Welcomed> {
  const { store, policies, clock } = services;
  const { mode } = (await policies.effective(tenant)).authentication.signUp;
  const byThemselves = {
    newUsers: mode === 'open' ? newUsers : 'refuse',
    as: {},
    changes: [],
    event: null,
  } as const;
  if (mode === 'closed' || email === null) return byThemselves;
  const [invitation] = (await invitationsOfTenant(store.pool, tenant, { email, limit: 1 })).items;
  if (!invitation || !isOpen(invitation, clock.now())) return byThemselves;
  // Whoever may declare providers could have one confirm any address: who is to administer shows the link from the mailbox.
  if (lackingFor(new Set(), invitation.roles) !== undefined) return byThemselves;
  const { id: invitationId, userId: id, roles, groups, tokenHash } = invitation;
  return {
    newUsers: 'create',
    as: { id, roles, groups },
    changes: [{ kind: 'use-invitation', tokenHash, at: clock.now() }],
    event: { type: 'invitation.accepted', details: { invitationId } },
  };
}
