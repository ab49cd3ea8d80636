import { defaultTenant } from '@argus/contract';
import { hasAdministrator } from '@argus/store';
import { readPrivate, writePrivate } from './data-directory.ts';
import { linkUrl, newLink } from './flows/new-link.ts';
import { readLink } from './flows/use-link.ts';
import { type Services, stamp } from './services.ts';

const file = 'first-administrator.link';

/** The one-time link that creates the first administrator; null once there is one. A second start gives the same link. */
export async function firstAdministratorLink(services: Services): Promise<string | null> {
  const { store, config, clock } = services;
  if (await hasAdministrator(store.pool, defaultTenant)) return null;
  const kept = await readPrivate(config.dataDir, file);
  if (kept && (await readLink(services, defaultTenant, kept)))
    return linkUrl(services, 'first-administrator', kept);
  const { token, url, change } = newLink(services, { kind: 'first-administrator', userId: null });
  await store.commit({
    tenant: defaultTenant,
    changes: [change],
    events: stamp(services, clock.now(), [
      { type: 'user.link-issued', actor: 'system', reason: 'first-administrator' },
    ]),
  });
  await writePrivate(config.dataDir, file, token);
  return url;
}
