import type { Statement } from './write.ts';

/** Whoever holds a tenant writes alone what is counted or named in it. People's work does not wait: it holds no tenant. */
export const holdTenant: Statement = {
  name: 'hold-tenant',
  text: 'SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE',
  values: [],
};

// Not by the row: a lock that many share is granted past whoever waits to hold it alone, who would wait for good where
// people sign in all the time. These are granted in turn. Two tenants of one hash only wait for each other.
const door = `hashtextextended('tenant ' || $1::text, 0)`;

/** Whoever begins a session shares its tenant's door; a statement of its own, so that the guard after it sees its end. */
export const shareTenant: Statement = {
  name: 'share-tenant',
  text: `SELECT pg_advisory_xact_lock_shared(${door})`,
  values: [],
};

/** Whoever closes the door waits for all who are in it, and lets nobody by meanwhile. */
export const holdTenantAlone: Statement = {
  name: 'hold-tenant-alone',
  text: `SELECT pg_advisory_xact_lock(${door})`,
  values: [],
};
