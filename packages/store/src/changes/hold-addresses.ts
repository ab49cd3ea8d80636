import type { Statement } from './write.ts';

// What has no row cannot be locked by one: whoever takes an address or gives it up holds its name until the commit. So
// the guard that comes after sees a link by which an owner may take it back, and not the time before the wait. Nothing
// comes of two names with one hash but that they wait for each other.
const nameOf = (address: string) => `hashtextextended($1::text || ' ' || ${address}, 0)`;

export const holdAddress = (email: string): Statement => ({
  name: 'hold-address',
  text: `SELECT pg_advisory_xact_lock(${nameOf('$2::text')})`,
  values: [email],
});

/** The user first, and then both addresses in one order for everybody: so that no two wait for each other. */
export const holdAddresses = (userId: string, emails: readonly [string, string]): Statement => ({
  name: 'hold-addresses',
  text: `
    WITH owner AS MATERIALIZED (
      SELECT id FROM users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE
    ), names AS MATERIALIZED (
      SELECT DISTINCT ${nameOf('email')} AS name FROM unnest($3::text[]) AS email ORDER BY name
    )
    SELECT pg_advisory_xact_lock(name) FROM owner, names`,
  values: [userId, emails],
});

/** Of many who come at once; in the same order for everybody. */
export const holdAddressesOf = (emails: readonly string[]): Statement => ({
  name: 'hold-addresses-of-many',
  text: `
    WITH names AS MATERIALIZED (
      SELECT DISTINCT ${nameOf('email')} AS name FROM unnest($2::text[]) AS email ORDER BY name
    )
    SELECT pg_advisory_xact_lock(name) FROM names`,
  values: [emails],
});
