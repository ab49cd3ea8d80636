export type { Commit, Committed } from './commit.ts';
export {
  type Migration,
  type MigrationClient,
  migrate,
  readMigrations,
  SchemaMismatch,
} from './migrations/migrate.ts';
export { BatchFull } from './postgres/batch.ts';
export { isUnavailable } from './postgres/unavailable.ts';
export { type AuditFilter, auditEvents } from './questions/audit-events.ts';
export {
  type ExpiredSession,
  type SweepPlace,
  type Swept,
  sweepSessions,
} from './questions/expired-sessions.ts';
export { type LinkRecord, linkByHash } from './questions/links.ts';
export type { Page, PageRequest } from './questions/page.ts';
export {
  endedSessionsOfUser,
  liveSessionsOfUser,
  type SessionRecord,
  sessionsOfTenant,
} from './questions/session-lists.ts';
export { type SignInRecord, signInFacts, userFacts } from './questions/sign-in-facts.ts';
export { changeSigningKeys, type KeyChanges, readKeys, type StoredKey } from './questions/signing-keys.ts';
export { hasAdministrator, knownTenants, type UserRecord, usersOfTenant } from './questions/users.ts';
export { openStore, type Store } from './store.ts';
