import type { PersonExportPart, TenantId, UserId } from '@argus/contract';
import type { Pool } from '../postgres/pool.ts';
import { exportParts, profilePart } from './export-parts.ts';

export interface PersonName {
  readonly tenant: TenantId;
  readonly userId: UserId;
}

/** Items of one page; a session comes with what hangs on it, so a page is some hundred kilobytes at most. */
const width = 100;

/** What is kept of the person themselves, as JSON; null when there is no such person. */
export async function readProfile(pool: Pool, { tenant, userId }: PersonName): Promise<string | null> {
  const { rows } = await pool.query<{ item: string }>({
    name: 'export-profile',
    text: profilePart,
    values: [tenant, userId],
  });
  return rows[0]?.item ?? null;
}

/**
 * What one part of an export holds, each item as JSON, page by page. No connection is held between two pages, so whoever
 * reads slowly keeps nobody waiting; what changes meanwhile may be in the later pages or not.
 */
export async function* readPart(
  pool: Pool,
  { tenant, userId }: PersonName,
  part: PersonExportPart,
): AsyncGenerator<readonly string[]> {
  let after: string | null = null;
  for (;;) {
    const { rows }: { rows: { key: string; item: string }[] } = await pool.query({
      name: `export-${part}`,
      text: exportParts[part].text,
      values: [tenant, userId, after, width],
    });
    if (rows.length > 0) yield rows.map(({ item }) => item);
    after = rows.at(-1)?.key ?? null;
    if (rows.length < width) return;
  }
}

/** The parts in their order. */
export const partNames = Object.keys(exportParts) as readonly PersonExportPart[]; // its own keys
