import { type Instant, type PolicyDocument, policyDocumentSchema, type TenantId } from '@argus/contract';
import { type Pool, timestamp } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';

/** The policy of a tenant as it holds now. */
export interface PolicyInForce {
  readonly version: number;
  readonly document: PolicyDocument;
  /** What held within the last hour, which is the longest that an access token may live; the newest twenty. */
  readonly lately: readonly PolicyDocument[];
}

const hourMs = 3_600_000;

/** What holds where nobody decided anything. */
const undecided: PolicyDocument = policyDocumentSchema.parse({});

/** Null for a tenant that does not exist. */
export async function policyInForce(
  pool: Pool,
  tenant: TenantId,
  { now }: { readonly now: Instant },
): Promise<PolicyInForce | null> {
  const { rows } = await pool.query<Row>({
    name: 'policy-in-force',
    text: `
      SELECT t.policy_version, p.document, ARRAY(
        SELECT o.document FROM policies o
        WHERE o.tenant_id = t.id AND o.superseded_at > $2 ORDER BY o.version DESC LIMIT 20) AS lately,
        EXISTS (SELECT FROM policies f WHERE f.tenant_id = t.id AND f.version = 2 AND f.created_at > $2) AS was_undecided
      FROM tenants t LEFT JOIN policies p ON p.tenant_id = t.id AND p.version = t.policy_version WHERE t.id = $1`,
    values: [tenant, timestamp(now - hourMs)],
  });
  const [row] = rows;
  if (!row) return null;
  const lately: PolicyDocument[] = row.lately.map((each: unknown) => documentOf(each));
  return {
    version: row.policy_version,
    document: documentOf(row.document),
    lately: row.was_undecided ? [...lately, undecided] : lately,
  };
}

/** A stored document in the form of this program: what a newer one knows is filled in. */
export function documentOf(stored: unknown): PolicyDocument {
  return stored === null ? undecided : policyDocumentSchema.parse(stored);
}
