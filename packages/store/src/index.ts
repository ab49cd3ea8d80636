export type { Commit, Committed } from './commit.ts';
export type { PasswordTry, PasswordTryCounted } from './count-password-try.ts';
export { type Erasing, eraseTenantPiece, tenantTables } from './erase-tenant.ts';
export type { FeedListening } from './feed/listen.ts';
export type { FeedEnd, Numbered, NumberedEvent, Numbering } from './feed/number-events.ts';
export {
  type Migration,
  type MigrationClient,
  migrate,
  readMigrations,
  SchemaMismatch,
} from './migrations/migrate.ts';
export { type ErasingPerson, erasePersonPiece, takeErasures } from './person/erase-person.ts';
export { type PersonTable, personTables } from './person/person-tables.ts';
export { type PersonName, partNames, readPart, readProfile } from './person/read-person.ts';
export { BatchFull } from './postgres/batch.ts';
export { isUnavailable } from './postgres/unavailable.ts';
export {
  type ActivityRecord,
  activityEventsAfter,
  activityOf,
  lifetimesOf,
  type SessionActivity,
} from './questions/activity.ts';
export { type AuditFilter, auditEvents } from './questions/audit-events.ts';
export {
  passkeyByCredential,
  passkeysOfUser,
  passwordChangedAt,
  recoveryCodesOfUser,
  rememberedUntil,
  totpOfUser,
} from './questions/authenticators.ts';
export {
  type BeyondPolicy,
  databaseTime,
  grantsBeyondPolicy,
  isAnybodyOlder,
  sessionsBeyondPolicy,
  tenantsToEnforce,
  type Verdict,
} from './questions/beyond-policy.ts';
export { clientById, clientInForce, clientsOfTenant } from './questions/clients.ts';
export type { CodeName, CodeRecord } from './questions/code-facts.ts';
export { type ConsentRecord, consentOf, consentsOfUser } from './questions/consents.ts';
export { demandedKeys } from './questions/demanded-keys.ts';
export {
  deviceAuthorizationByDeviceCode,
  deviceAuthorizationByUserCode,
} from './questions/device-authorizations.ts';
export { dueEarlyEnds } from './questions/early-ends.ts';
export {
  type ExpiredSession,
  type SweepPlace,
  type Swept,
  sweepSessions,
} from './questions/expired-sessions.ts';
export {
  type FeedPlace,
  type FeedState,
  feedEnd,
  feedEventsAfter,
  feedStates,
  forgetFeedEvents,
  noteFeedPolicies,
  type ToldEvent,
  toldBetween,
} from './questions/feed.ts';
export { forgetExpired } from './questions/forget-expired.ts';
export { formerPasswords } from './questions/former-passwords.ts';
export { type HeldGrant, liveGrantsOfClient } from './questions/grants-of-client.ts';
export {
  type IdentityRecord,
  identitiesOfUser,
  identityOf,
  sessionsFromUpstream,
} from './questions/identities.ts';
export { type IdleUser, idleUsers, tenantsDisablingIdle } from './questions/idle-users.ts';
export {
  forgetImports,
  type ImportPiece,
  importById,
  importPiece,
  importsOfTenant,
  refusedRows,
  type Taken,
  takeImport,
  takenByOthers,
} from './questions/imports.ts';
export { invitationByHash, invitationById, invitationsOfTenant } from './questions/invitations.ts';
export { type LinkRecord, linkByHash } from './questions/links.ts';
export { type TakenDelivery, takeLogoutDeliveries } from './questions/logout-deliveries.ts';
export { type TakenMail, takeMails } from './questions/mails.ts';
export { isRegisteredOrigin } from './questions/origins.ts';
export { type Owned, ownersOf } from './questions/owners.ts';
export { ownersOfTenant } from './questions/owners-of-tenant.ts';
export type { Page, PageRequest } from './questions/page.ts';
export { passwordLock } from './questions/password-lock.ts';
export { type WholePerson, wholePeople } from './questions/people.ts';
export { documentOf, type PolicyInForce, policyInForce } from './questions/policies.ts';
export { type PolicyEffects, policyEffects } from './questions/policy-effects.ts';
export { type PolicyVersion, policyVersion, policyVersions } from './questions/policy-versions.ts';
export {
  providerById,
  providerForDomain,
  providersOfIssuer,
  providersOfTenant,
} from './questions/providers.ts';
export { pushedRequest } from './questions/pushed-requests.ts';
export { dueRecoveries, recoveryOfUser } from './questions/recoveries.ts';
export { resourcesOf, resourcesOfTenant } from './questions/resources.ts';
export {
  type KeyOwner,
  type ServiceRecord,
  serviceByKey,
  serviceOfTenant,
  servicesOfTenant,
} from './questions/services.ts';
export {
  endedSessionsOfUser,
  liveSessionsOfUser,
  type SessionRecord,
  sessionOfTenant,
  sessionsOfTenant,
} from './questions/session-lists.ts';
export { type SignInRecord, signInFacts, userFacts } from './questions/sign-in-facts.ts';
export { progressOfAttempt, sessionsInTheWay } from './questions/sign-in-progress.ts';
export { changeSigningKeys, type KeyChanges, readKeys, type StoredKey } from './questions/signing-keys.ts';
export {
  type EndingTenant,
  endingTenants,
  tenantById,
  tenantByName,
  tenantOfAttempt,
  tenantOfLink,
  tenantsOfInstallation,
  tenantsOfNames,
} from './questions/tenants.ts';
export { type TokenFacts, tokenFacts } from './questions/token-facts.ts';
export { type UnusedClient, unusedClients } from './questions/unused-clients.ts';
export {
  hasAdministrator,
  knownTenants,
  rolesOf,
  type UserRecord,
  usersOfTenant,
} from './questions/users.ts';
export type { ActivityWritten } from './record-activity.ts';
export type { Redeemed, Redemption } from './redeem.ts';
export { openStore, type Store } from './store.ts';
