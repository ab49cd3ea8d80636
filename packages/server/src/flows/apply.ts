import { type AppliedChange, type ApplyDocument, administratorRole, ownerRole } from '@argus/contract';
import type { Refused } from '../http/answer.ts';
import { applyPolicy } from '../policy/apply-policy.ts';
import type { Services } from '../services.ts';
import { applyClient } from './apply-client.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import { applyProvider, applyResource } from './apply-provider.ts';
import { applyService } from './apply-service.ts';
import { applyTenant } from './apply-tenant.ts';
import { applyUser } from './apply-user.ts';
import type { Ender } from './end-sessions.ts';
import { mistakesOfDocument } from './judge-document.ts';
import { mistaken } from './mistake.ts';

export interface Applied {
  readonly changes: readonly AppliedChange[];
  readonly unchanged: number;
}

/**
 * Bring the installation to what a document declares. The whole document is judged before anything is written;
 * each entry is then its own commit, so that a document of ten thousand never locks the house.
 */
export async function applyDocument(
  services: Services,
  by: Ender,
  document: ApplyDocument,
): Promise<Applied | Refused> {
  const mistakes = await mistakesOfDocument(services, document);
  if (mistakes.length > 0) return mistaken(mistakes, '');
  const changes: AppliedChange[] = [];
  let unchanged = 0;
  for (const apply of stepsOf(services, by, document)) {
    const outcome = await apply();
    // What was written stays: the document can be applied again.
    if (outcome === 'lost') return { refused: 'conflict' };
    if (outcome === 'last-owner') return { refused: 'last_owner' };
    if (outcome === null) unchanged += 1;
    else changes.push(outcome);
  }
  return { changes, unchanged };
}

/** Each entry after those that it may name. */
function stepsOf(
  services: Services,
  by: Ender,
  { tenants, users, resources, clients, providers, services: declared }: ApplyDocument,
): (() => Promise<ApplyOutcome>)[] {
  return [
    ...tenants.map((each) => () => applyTenant(services, by, each)),
    ...tenants.flatMap(({ id, policy }) => (policy ? [() => applyPolicy(services, by, { id, policy })] : [])),
    ...resources.map((each) => () => applyResource(services, by, each)),
    ...clients.map((each) => () => applyClient(services, by, each)),
    ...providers.map((each) => () => applyProvider(services, by, each)),
    ...declared.map((each) => () => applyService(services, by, each)),
    // Who comes to rule a tenant before who leaves it: so that ownership can be handed on in one document.
    ...users.toSorted((a, b) => rank(b) - rank(a)).map((each) => () => applyUser(services, by, each)),
  ];
}

function rank({ roles }: ApplyDocument['users'][number]): number {
  return roles.includes(ownerRole) || roles.includes(administratorRole) ? 1 : 0;
}
