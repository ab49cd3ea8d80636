/**
 * The words that cross Argus's wires: ids, closed sets and units.
 * Instants inside Argus are numbers of milliseconds since the Unix epoch and are named `…Ms` or `…At`;
 * on the wire they are RFC 3339 strings in UTC (JSON) or whole seconds (JWT claims).
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Branded<'tenant'>;
/** A UUIDv7; names a person, never proves one. */
export type UserId = Branded<'user'>;
export type SessionId = Branded<'session'>;
export type GrantId = Branded<'grant'>;
export type DeviceId = Branded<'device'>;
/** A password, passkey, TOTP secret or set of recovery codes; an identity elsewhere has none. */
export type AuthenticatorId = Branded<'authenticator'>;
export type ClientId = Branded<'client'>;
export type EventId = Branded<'event'>;
/** The absolute URI of an API, which is the audience of its tokens (RFC 8707 §2). */
export type ResourceId = Branded<'resource'>;
/** A peer that signs its requests (RFC 9421): an application's middleware, or another program of ours. */
export type ServiceId = Branded<'service'>;
/** An upstream identity provider. */
export type ProviderId = Branded<'provider'>;

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** The tenant that exists from the first start and uses `ARGUS_ISSUER` as its issuer. */
export const defaultTenant = 'default' as TenantId;
/** The client under which Argus's own pages and cookies hold their grant. */
export const argusClient = 'argus' as ClientId;

/** What administrators set. */
export const settableStatuses = ['active', 'disabled'] as const;
export type SettableStatus = (typeof settableStatuses)[number];
/** Somebody who is being erased is on the way out for good. */
export const userStatuses = [...settableStatuses, 'erasing'] as const;
export type UserStatus = (typeof userStatuses)[number];

export const serviceStatuses = ['active', 'disabled'] as const;
export type ServiceStatus = (typeof serviceStatuses)[number];

/** A suspended tenant keeps all it has and lets nobody in; one that is being erased is on its way out. */
export const tenantStatuses = ['active', 'suspended', 'erasing'] as const;
export type TenantStatus = (typeof tenantStatuses)[number];

export const tenantPlans = ['professional', 'enterprise'] as const;
export type TenantPlan = (typeof tenantPlans)[number];

/** What the plan `professional` can be widened by. */
export const planAddOns = ['advanced-threat-detection', 'multi-device-management'] as const;
export type PlanAddOn = (typeof planAddOns)[number];

export const sessionStates = ['active', 'ended'] as const;
export type SessionState = (typeof sessionStates)[number];

/** Why a session or grant ended. Kept for the person's history and for auditors. */
export const endReasons = [
  'signed-out',
  'ended-by-user',
  'ended-by-administrator',
  'refresh-reuse',
  'device-changed',
  'idle-expired',
  'absolute-expired',
  'password-changed',
  'user-disabled',
  'user-erased',
  'session-limit',
  'replaced',
  'stepped-up',
  'code-replayed',
  'token-revoked',
  'consent-withdrawn',
  'client-disabled',
  'client-removed',
  'signed-out-at-provider',
  'email-changed',
  'authenticators-changed',
  'changes-undone',
  'account-recovered',
  'tenant-suspended',
  'policy-changed',
] as const;
export type EndReason = (typeof endReasons)[number];

/**
 * RFC 8176 method names that Argus issues, and two of its own: `fed` for a proof made at another provider, whose own
 * methods are told in the same names beside it, and `rec` for a recovery code.
 */
export const authenticationMethods = ['pwd', 'otp', 'hwk', 'swk', 'user', 'mfa', 'fed', 'rec'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** What proves who somebody is. */
export const authenticatorKinds = ['password', 'passkey', 'totp', 'recovery-code', 'federated'] as const;
export type AuthenticatorKind = (typeof authenticatorKinds)[number];

/** NIST SP 800-63B assurance levels as `acr` values. */
export const assuranceLevels = ['urn:argus:aal1', 'urn:argus:aal2', 'urn:argus:aal3'] as const;
export type AssuranceLevel = (typeof assuranceLevels)[number];

/** Cookie names. `__Host-` pins them to this host, path `/` and a secure origin (RFC 6265bis §4.1.3.2). */
export const cookieNames = {
  access: '__Host-argus_access',
  refresh: '__Host-argus_refresh',
  device: '__Host-argus_device',
  attempt: '__Host-argus_attempt',
} as const;

/** Everything the audit log may say. */
export const auditEventTypes = [
  'user.created',
  'user.sign-up-repeated',
  'user.disabled',
  'user.enabled',
  'user.locked',
  'user.unlocked',
  'user.roles-changed',
  'user.groups-changed',
  'administration.refused',
  'user.name-changed',
  'user.password-changed',
  'user.password-change-refused',
  'user.password-rehashed',
  'user.link-issued',
  'user.link-used',
  'sign-in.succeeded',
  'sign-in.refused',
  'tries.slowed',
  'session.refreshed',
  'session.refresh-repeated',
  'session.refresh-refused',
  'session.reuse-detected',
  'session.ended',
  'device.seen-first',
  'key.created',
  'key.removed',
  'key.withdrawn',
  'configuration.applied',
  'session.stepped-up',
  'session.step-up-refused',
  'client.created',
  'client.changed',
  'client.disabled',
  'client.enabled',
  'client.removed',
  'client.secret-changed',
  'client.refused',
  'resource.declared',
  'resource.removed',
  'provider.declared',
  'provider.removed',
  'service.declared',
  'service.disabled',
  'service.enabled',
  'service.removed',
  'service.key-added',
  'service.key-removed',
  'service.refused',
  'consent.given',
  'consent.refused',
  'consent.withdrawn',
  'authorization.granted',
  'authorization.refused',
  'code.replayed',
  'grant.began',
  'grant.refused',
  'grant.ended',
  'token.exchanged',
  'token.revoked',
  'device.approved',
  'device.denied',
  'identity.linked',
  'identity.unlinked',
  'federation.refused',
  'logout.delivered',
  'logout.failed',
  'sign-in.continued',
  'authenticator.added',
  'authenticator.renamed',
  'authenticator.removed',
  'authenticator.refused',
  'recovery-codes.replaced',
  'recovery-code.used',
  'user.email-verified',
  'user.email-change-asked',
  'user.email-changed',
  'user.recovery-asked',
  'user.password-reset',
  'user.changes-undone',
  'recovery.started',
  'recovery.cancelled',
  'recovery.completed',
  'mail.sent',
  'mail.failed',
  'invitation.sent',
  'invitation.sent-again',
  'invitation.revoked',
  'invitation.accepted',
  'user.exported',
  'user.erasure-begun',
  'user.erased',
  'policy.changed',
  'tenant.created',
  'tenant.changed',
  'tenant.plan-changed',
  'tenant.suspended',
  'tenant.resumed',
  'tenant.erasure-begun',
  'tenant.erased',
  'import.started',
  'import.ended',
  'users.exported',
  'policy.enforced',
] as const;
export type AuditEventType = (typeof auditEventTypes)[number];
