import type { AuditEventType } from '@argus/contract';

type Part = 'userId' | 'sessionId' | 'grantId' | 'deviceId' | 'reason';
const whole: readonly Part[] = ['userId', 'sessionId', 'grantId', 'deviceId'];

interface Need {
  readonly by: RegExp;
  readonly names: readonly Part[];
  /** Members of the details: which client, resource, provider or key, and what of it. */
  readonly tells?: readonly string[];
}

const administrator = /^administrator:/;
const operator = /^operator$/;
const client = /^client:/;
const person = /^user$/;
const ofService: Need = { by: administrator, names: [], tells: ['serviceId'] };
const ofClient: Need = { by: administrator, names: [], tells: ['clientId'] };

/** Who may have done it, and what the line must name beside time, address and browser. */
export const needs: Readonly<Record<AuditEventType, Need>> = {
  'user.created': { by: /^(anyone|operator|system|administrator:.+)$/, names: ['userId', 'reason'] },
  'user.sign-up-repeated': { by: /^anyone$/, names: ['userId'] },
  'user.disabled': { by: administrator, names: ['userId'] },
  'user.enabled': { by: administrator, names: ['userId'] },
  'user.roles-changed': { by: administrator, names: ['userId'] },
  'user.groups-changed': { by: administrator, names: ['userId'], tells: ['groups'] },
  'administration.refused': {
    by: person,
    names: ['userId', 'sessionId', 'reason'],
    tells: ['permission'],
  },
  'user.name-changed': { by: /^operator$/, names: ['userId'] },
  'user.password-changed': { by: person, names: ['userId', 'sessionId'] },
  'user.password-rehashed': { by: person, names: ['userId'] },
  'user.password-change-refused': { by: person, names: ['userId', 'sessionId', 'reason'] },
  'user.link-issued': { by: /^(system|administrator:.+|operator)$/, names: ['reason'] },
  'user.link-used': { by: /^anyone$/, names: ['userId', 'reason'] },
  'sign-in.succeeded': { by: person, names: whole },
  'sign-in.refused': { by: /^anyone$/, names: ['reason'] },
  'tries.slowed': { by: /^anyone$/, names: ['reason'] },
  'session.refreshed': { by: person, names: whole },
  'session.refresh-repeated': { by: /^anyone$/, names: whole },
  'session.refresh-refused': { by: /^anyone$/, names: [...whole, 'reason'] },
  'session.reuse-detected': { by: /^anyone$/, names: [...whole, 'reason'] },
  'session.ended': {
    by: /^(user|anyone|system|operator|administrator:.+)$/,
    names: ['userId', 'sessionId', 'deviceId', 'reason'],
  },
  'session.stepped-up': { by: person, names: ['userId', 'sessionId', 'deviceId'], tells: ['amr', 'acr'] },
  'session.step-up-refused': { by: person, names: ['userId', 'sessionId', 'deviceId', 'reason'] },
  'device.seen-first': { by: person, names: whole },
  'key.created': { by: /^(system|operator)$/, names: [], tells: ['kid', 'use'] },
  'key.removed': { by: /^(system|operator)$/, names: [], tells: ['kid'] },
  'key.withdrawn': { by: /^operator$/, names: [], tells: ['kid'] },
  'configuration.applied': { by: /^operator$/, names: [] },
  'client.created': { by: administrator, names: ['reason'], tells: ['clientId', 'settings'] },
  'client.changed': { by: administrator, names: [], tells: ['clientId', 'fields', 'to'] },
  'client.disabled': ofClient,
  'client.enabled': ofClient,
  'client.removed': ofClient,
  'client.secret-changed': ofClient,
  'client.refused': { by: /^(anyone|client:.+)$/, names: ['reason'], tells: ['clientId'] },
  'resource.declared': { by: administrator, names: [], tells: ['resourceId', 'settings'] },
  'resource.removed': { by: administrator, names: [], tells: ['resourceId'] },
  'provider.declared': { by: administrator, names: [], tells: ['providerId', 'settings'] },
  'provider.removed': { by: administrator, names: [], tells: ['providerId'] },
  'service.declared': { by: administrator, names: [], tells: ['serviceId', 'permissions'] },
  'service.disabled': ofService,
  'service.enabled': ofService,
  'service.removed': ofService,
  'service.key-added': { ...ofService, tells: ['serviceId', 'keyId'] },
  'service.key-removed': { ...ofService, tells: ['serviceId', 'keyId'] },
  'service.refused': { by: /^(anyone|service:.+)$/, names: ['reason'], tells: ['serviceId', 'keyId'] },
  'consent.given': { by: person, names: ['userId', 'sessionId'], tells: ['clientId', 'scope'] },
  'consent.refused': { by: person, names: ['userId', 'sessionId'], tells: ['clientId', 'scope'] },
  'consent.withdrawn': { by: person, names: ['userId'], tells: ['clientId'] },
  'authorization.granted': { by: person, names: whole, tells: ['clientId', 'scope'] },
  'authorization.refused': {
    by: person,
    names: ['userId', 'sessionId', 'deviceId', 'reason'],
    tells: ['clientId'],
  },
  'code.replayed': { by: client, names: [...whole, 'reason'], tells: ['clientId'] },
  'grant.began': { by: client, names: ['grantId', 'reason'], tells: ['clientId', 'scope'] },
  'grant.refused': { by: client, names: ['reason'], tells: ['clientId'] },
  'grant.ended': { by: person, names: ['userId', 'sessionId', 'grantId', 'reason'], tells: ['clientId'] },
  'token.exchanged': { by: client, names: whole, tells: ['clientId', 'scope', 'audience'] },
  'token.revoked': { by: client, names: [...whole, 'reason'], tells: ['clientId'] },
  'device.approved': { by: person, names: whole, tells: ['clientId', 'scope', 'askedFrom'] },
  'device.denied': { by: person, names: whole, tells: ['clientId', 'scope', 'askedFrom'] },
  'identity.linked': { by: /^(user|anyone)$/, names: ['userId'], tells: ['providerId'] },
  'identity.unlinked': { by: person, names: ['userId', 'sessionId'], tells: ['issuer'] },
  'federation.refused': { by: /^anyone$/, names: ['reason'], tells: ['providerId'] },
  'logout.delivered': { by: /^system$/, names: ['userId', 'sessionId'], tells: ['clientId', 'attempts'] },
  'logout.failed': {
    by: /^system$/,
    names: ['userId', 'sessionId', 'reason'],
    tells: ['clientId', 'attempts'],
  },
  'sign-in.continued': { by: /^anyone$/, names: ['userId'], tells: ['amr', 'needs'] },
  'authenticator.added': { by: person, names: ['userId'], tells: ['kind'] },
  'authenticator.renamed': { by: person, names: ['userId', 'sessionId'], tells: ['authenticatorId'] },
  'authenticator.removed': { by: person, names: ['userId'], tells: ['kind', 'authenticatorId'] },
  'authenticator.refused': { by: person, names: ['userId', 'sessionId', 'reason'] },
  'recovery-codes.replaced': { by: person, names: ['userId'] },
  'recovery-code.used': { by: person, names: ['userId'] },
  'user.email-verified': { by: /^anyone$/, names: ['userId'] },
  'user.email-change-asked': { by: person, names: ['userId', 'sessionId'] },
  'user.email-changed': { by: person, names: ['userId'] },
  'user.recovery-asked': { by: /^anyone$/, names: ['userId'] },
  'user.password-reset': { by: /^anyone$/, names: ['userId'] },
  'user.changes-undone': { by: /^anyone$/, names: ['userId'] },
  'recovery.started': { by: /^(operator|administrator:.+)$/, names: ['userId'] },
  'recovery.cancelled': { by: /^(anyone|operator|administrator:.+)$/, names: ['userId'] },
  'recovery.completed': { by: /^system$/, names: ['userId'], tells: ['startedBy'] },
  'mail.sent': { by: /^system$/, names: ['userId'], tells: ['kind', 'attempts'] },
  'mail.failed': { by: /^system$/, names: ['userId', 'reason'], tells: ['kind', 'attempts'] },
  'policy.changed': { by: administrator, names: [], tells: ['version', 'difference'] },
  'tenant.created': { by: operator, names: ['reason'], tells: ['settings'] },
  'tenant.changed': { by: /^(operator|administrator:.+)$/, names: [], tells: ['fields', 'to'] },
  'tenant.plan-changed': { by: operator, names: [], tells: ['from', 'to'] },
  'tenant.suspended': { by: operator, names: [] },
  'tenant.resumed': { by: operator, names: [] },
  'tenant.erasure-begun': { by: operator, names: [] },
  'tenant.erased': { by: /^system$/, names: [], tells: ['tenant'] },
  'import.started': { by: administrator, names: [], tells: ['importId', 'format', 'onExisting'] },
  'import.ended': {
    by: /^(system|administrator:.+)$/,
    names: ['reason'],
    tells: ['importId', 'startedBy', 'rows', 'created', 'skipped', 'refused'],
  },
  'users.exported': { by: operator, names: [], tells: ['people', 'withSecrets'] },
  'policy.enforced': { by: /^system$/, names: [], tells: ['version', 'ended', 'tightened'] },
};
