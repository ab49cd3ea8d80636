import { endpoints, type Person } from '@argus/contract';
import { ask } from '../ask.ts';
import { harmless } from '../harmless.ts';
import { peerOf, type TenantOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export interface ExportAllOptions extends TenantOptions {
  readonly withSecrets?: boolean;
}

/** Everybody of a tenant, a line of JSON each, as `argus users import --format json` takes them. */
export async function exportUsers(terminal: Terminal, options: ExportAllOptions): Promise<void> {
  const peer = await peerOf(options);
  const endpoint = options.withSecrets ? endpoints.adminExportUsersWithSecrets : endpoints.adminExportUsers;
  let cursor: string | null = null;
  do {
    const query: Record<string, string | number | undefined> = {
      tenant: options.tenant,
      limit: 100,
      cursor: cursor ?? undefined,
    };
    const page: { people: readonly Person[]; nextCursor: string | null } = await ask(peer, endpoint, {
      query,
    });
    for (const person of page.people) terminal.say(harmless(JSON.stringify(person), 'json'));
    cursor = page.nextCursor;
  } while (cursor !== null);
}
