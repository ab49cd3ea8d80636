import { defaultTenant } from '@argus/contract';
import { hasAdministrator } from '@argus/store';
import { readPrivate, writePrivate } from './data-directory.ts';
import { readLink } from './flows/use-link.ts';
import { hashOf } from './secrets.ts';
import { type Services, stamp } from './services.ts';

const file = 'first-administrator.link';
const lifeSeconds = 7 * 86_400;

/** The one-time link that creates the first administrator; null once there is one. A second start gives the same link. */
export async function firstAdministratorLink(services: Services): Promise<string | null> {
  const { store, config, random, clock } = services;
  if (await hasAdministrator(store.pool, defaultTenant)) return null;
  const kept = await readPrivate(config.dataDir, file);
  if (kept && (await readLink(services, defaultTenant, kept))) return urlOf(config.issuer, kept);
  const token = random.bytes(32).toString('base64url');
  const now = clock.now();
  const link = {
    id: random.uuid(),
    tokenHash: hashOf(token),
    kind: 'first-administrator' as const,
    userId: null,
    createdAt: now,
    expiresAt: now + lifeSeconds * 1000,
    consumedAt: null,
  };
  await store.commit({
    tenant: defaultTenant,
    changes: [{ kind: 'create-link', link }],
    events: stamp(services, now, [
      { type: 'user.link-issued', actor: 'system', reason: 'first-administrator' },
    ]),
  });
  await writePrivate(config.dataDir, file, token);
  return urlOf(config.issuer, token);
}

function urlOf(issuer: string, token: string): string {
  return `${issuer}/link?token=${token}`;
}
