import { type PresetName, presetNames } from '@argus/contract';
import type { Pool } from '../postgres/pool.ts';

/** What the policies in force say of signing keys: each combination once, so that it takes no list of tenants. */
export async function demandedKeys(
  pool: Pool,
): Promise<readonly { readonly preset: PresetName; readonly rsaBits: number | null }[]> {
  const { rows } = await pool.query<{ preset: string; rsa_bits: number | null }>({
    name: 'demanded-keys',
    text: `
      SELECT DISTINCT COALESCE(p.document ->> 'preset', 'balanced') AS preset,
        (p.document #>> '{tokens,rsaBits}')::integer AS rsa_bits
      FROM tenants t LEFT JOIN policies p ON p.tenant_id = t.id AND p.version = t.policy_version
      WHERE t.status = 'active'`,
  });
  return rows.map(({ preset, rsa_bits: rsaBits }) => ({
    preset: presetNames.find((name) => name === preset) ?? 'balanced',
    rsaBits,
  }));
}
