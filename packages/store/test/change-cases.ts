import { type OnLimit, policyDocumentSchema } from '@argus/contract';
import { type Change, sessionRules, type TenantChange } from '@argus/core';
import { authenticatorCases } from './authenticator-cases.ts';
import { invitationOf } from './authenticator-stage.ts';
import { importCases } from './import-cases.ts';
import { oauthCases } from './oauth-cases.ts';
import { serviceCases } from './service-cases.ts';
import { at, idOf, mailOf, type Person, rotationOf } from './stage.ts';

/** A change of each kind that finds what it expects in a tenant where this person is signed in. */
export type ChangeCases = {
  readonly [Kind in Exclude<Change['kind'], TenantLife>]: (person: Person, number: number) => Change;
};
/** What happens to a whole tenant has tests of its own (tenant-life.test.ts): nothing else could go on in it. */
type TenantLife = Exclude<TenantChange['kind'], 'create-tenant' | 'change-tenant'>;

const later = at + 1000;
export const by = { actor: 'user' };

export const changeCases: ChangeCases = {
  ...oauthCases,
  ...authenticatorCases,
  ...serviceCases,
  ...importCases,
  'create-user': ({ user }, number) => ({
    kind: 'create-user',
    user: { ...user, ...newcomer(number) },
  }),
  'set-password': ({ user, phc }) => ({
    kind: 'set-password',
    userId: user.id,
    phc: 'new',
    expected: phc,
    history: 4,
    at: later,
  }),
  'rehash-password': ({ user, phc }) => ({
    kind: 'rehash-password',
    userId: user.id,
    phc: 'the same, at today’s cost',
    expected: phc,
  }),
  'expect-password': ({ user, phc }) => ({ kind: 'expect-password', userId: user.id, phc }),
  'set-user-status': ({ user }) => ({ kind: 'set-user-status', userId: user.id, status: 'disabled' }),
  'expect-unused': ({ user }) => ({ kind: 'expect-unused', userId: user.id, since: later }),
  invite: (person, number) => ({ kind: 'invite', invitation: anotherInvitation(person, number) }),
  'renew-invitation': (person, number) => ({
    kind: 'renew-invitation',
    id: invitationOf(person, number).id,
    tokenHash: tokenHashOf(person.tenant, 90_000 + number),
    at: later,
    expiresAt: later + 60_000,
  }),
  'revoke-invitation': (person, number) => ({
    kind: 'revoke-invitation',
    id: invitationOf(person, number).id,
  }),
  'use-invitation': (person, number) => ({
    kind: 'use-invitation',
    tokenHash: invitationOf(person, number).tokenHash,
    at: later,
  }),
  'shed-account': ({ user }) => ({ kind: 'shed-account', userId: user.id }),
  'begin-user-erasure': ({ user }) => ({
    kind: 'begin-user-erasure',
    userId: user.id,
    key: Buffer.alloc(32, 7),
    at: later,
  }),
  'set-user-name': ({ user }) => ({ kind: 'set-user-name', userId: user.id, name: 'Somebody Else' }),
  'set-user-roles': ({ user }) => ({ kind: 'set-user-roles', userId: user.id, roles: ['editor'] }),
  'hold-user': ({ user }) => ({ kind: 'hold-user', userId: user.id }),
  'hold-session': ({ user, session }) => ({ kind: 'hold-session', userId: user.id, sessionId: session.id }),
  'see-device': ({ device }) => ({
    kind: 'see-device',
    device: { ...device, userAgent: 'newer' },
    at: later,
  }),
  'create-session': ({ session }, number) => ({
    kind: 'create-session',
    // A brand over text, from the same shape of id.
    session: { ...session, id: idOf(3, 5000 + number) as typeof session.id },
    methods: ['pwd'],
    authenticationIds: [idOf(5, 5000 + number)],
  }),
  'create-grant': ({ grant }, number) => ({
    kind: 'create-grant',
    grant: { ...grant, id: idOf(4, 5000 + number) as typeof grant.id },
  }),
  'end-session': ({ session }) => ({
    kind: 'end-session',
    sessionId: session.id,
    reason: 'signed-out',
    at: later,
    by,
  }),
  'end-sessions-of-user': ({ user }) => ({
    kind: 'end-sessions-of-user',
    userId: user.id,
    reason: 'password-changed',
    at: later,
    by,
  }),
  'make-room': ({ user }, number) => ({
    kind: 'make-room',
    userId: user.id,
    sessionId: newerSession(number),
    ...roomFor(1),
  }),
  'end-grant': ({ grant }) => ({ kind: 'end-grant', grantId: grant.id, reason: 'signed-out', at: later }),
  'end-grants-of-client': ({ user, grant }) => ({
    kind: 'end-grants-of-client',
    clientId: grant.clientId,
    userId: user.id,
    reason: 'consent-withdrawn',
    at: later,
  }),
  'renew-grant': (person) => ({ kind: 'renew-grant', renewal: rotationOf(person) }),
  'raise-session': ({ user, session }, number) => ({
    kind: 'raise-session',
    sessionId: session.id,
    userId: user.id,
    amr: ['pwd', 'otp', 'mfa'],
    acr: 'urn:argus:aal2',
    authenticatedAt: later,
    methods: ['otp'],
    authenticationIds: [idOf(5, 6000 + number)],
  }),
  'create-link': ({ user }, number) => ({ kind: 'create-link', link: linkOf(user.id, 5000 + number) }),
  'use-link': (person, number) => ({
    kind: 'use-link',
    tokenHash: tokenHashOf(person.tenant, number),
    at: later,
  }),
  'send-mail': (person, number) => ({ kind: 'send-mail', mail: mailOf(person, 5000 + number) }),
  'settle-mail': (person, number) => ({
    kind: 'settle-mail',
    id: mailOf(person, number).id,
    attempts: 0,
    dueAt: later,
  }),
  'end-links': ({ user }) => ({
    kind: 'end-links',
    userId: user.id,
    kinds: ['invitation', 'reset-password'],
    at: later,
  }),
  'verify-email': ({ user }) => ({ kind: 'verify-email', userId: user.id, email: user.email, at: later }),
  'change-email': ({ user }, number) => ({
    kind: 'change-email',
    userId: user.id,
    from: user.email,
    to: `moved-${number}@example.org`,
    at: later,
  }),
  'expect-within-reach': ({ user }) => ({
    kind: 'expect-within-reach',
    of: { userId: user.id },
    beyond: ['owner', 'admin', 'auditor'],
    asker: { userId: user.id, roles: [] },
  }),
  'be-first-administrator': ({ user }) => ({ kind: 'be-first-administrator', userId: user.id }),
  'set-user-groups': ({ user }) => ({ kind: 'set-user-groups', userId: user.id, groups: ['abroad'] }),
  'set-policy': () => ({
    kind: 'set-policy',
    expected: 1,
    document: policyDocumentSchema.parse({ preset: 'strict' }),
    author: 'operator',
    note: null,
    restoredFrom: null,
    feed: { degraded: 'introspect', staleAfterSeconds: 3 },
    at: later,
  }),
  'set-session-risk': ({ session }) => ({
    kind: 'set-session-risk',
    sessionId: session.id,
    riskLevel: 'high',
  }),
  'end-sessions-beyond-policy': ({ session }) => ({
    kind: 'end-sessions-beyond-policy',
    of: { sessionIds: [session.id] },
    rules: sessionRules(policyDocumentSchema.parse({ session: { idleMinutes: 1 } })),
    at: at + 60_000,
    by,
  }),
  'tighten-sessions': ({ user }) => ({
    kind: 'tighten-sessions',
    of: { userId: user.id },
    rules: sessionRules(policyDocumentSchema.parse({ session: { idleMinutes: 1 } })),
    at: at + 59_999,
    outlivedUntil: at + 360_000,
  }),
  'end-grants-beyond-policy': ({ grant }) => ({
    kind: 'end-grants-beyond-policy',
    grantIds: [grant.id],
    rules: sessionRules(
      policyDocumentSchema.parse({
        overrides: [{ when: { client: grant.clientId }, set: { session: { idleMinutes: 1 } } }],
      }),
    ),
    at: at + 60_000,
  }),
  // As after a change of policy: what was enforced is older than what is in force.
  'note-policy-enforced': () => ({ kind: 'note-policy-enforced', version: 2 }),
  'create-tenant': (_person, number) => ({
    kind: 'create-tenant',
    id: `third-${number}`,
    at,
    settings: { hosts: [`host-${number}.example`], domains: [`domain-${number}.example`], name: 'Third' },
  }),
  'change-tenant': ({ tenant }, number) => ({
    kind: 'change-tenant',
    settings: {
      name: `name ${number} of ${tenant}`,
      hosts: [`another-${number}.example`],
      plan: 'professional',
      addOns: ['multi-device-management'],
    },
  }),
};

/** Of an address that nobody has and nobody is invited by. */
export function anotherInvitation(person: Person, number: number) {
  const one = invitationOf(person, number);
  return {
    ...one,
    id: idOf(7, 80_000 + number),
    tokenHash: tokenHashOf(person.tenant, 80_000 + number),
    email: `asked-${number}@example.org`,
  };
}

function newcomer(number: number) {
  return { id: idOf(1, 5000 + number) as Person['user']['id'], email: `newcomer-${number}@example.org` };
}

/** Unique over all tenants, as the schema has it. */
export function tokenHashOf(tenant: string, number: number): Buffer {
  const hash = Buffer.alloc(32);
  hash.write(`${tenant} ${number}`);
  return hash;
}

export function linkOf(userId: Person['user']['id'], number: number, tenant = 'any') {
  return {
    id: idOf(7, number),
    tokenHash: tokenHashOf(tenant, number),
    kind: 'invitation' as const,
    userId,
    details: {},
    createdAt: at,
    expiresAt: at + 60_000,
    consumedAt: null,
  };
}

/** Another session, for which room is made. */
export function newerSession(number: number): Person['session']['id'] {
  return idOf(3, 70_000 + number) as Person['session']['id']; // a brand over text
}

/** So many sessions at once, and what else is said of room. */
export function roomFor(max: number, onLimit: OnLimit = 'oldest') {
  const perDeviceClass = { desktop: null, mobile: null, tablet: null, other: null };
  return {
    deviceClass: 'other',
    policy: { max, perDeviceClass, onLimit },
    rules: { 'session.concurrent.max': 'the rule of a test' },
    at: later,
    by,
  } as const;
}
