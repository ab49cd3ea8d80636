import type { Change } from '@argus/core';
import { invitationOf, lockedOutOf } from './authenticator-stage.ts';
import { anotherInvitation, by, type ChangeCases, changeCases, linkOf, roomFor } from './change-cases.ts';
import { at, idOf, type Person } from './stage.ts';

/** What makes a change lose. */
export interface Guard {
  readonly what: string;
  readonly kind: keyof ChangeCases;
  /** What has happened before. */
  readonly first?: (person: Person) => Change[];
  /** How the change differs from the one that would win. */
  readonly but?: (person: Person) => Partial<Change>;
}

const stranger = idOf(1, 77_777);
export const end = ({ session }: Person): Change[] => [
  { kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by },
];
const disable = ({ user }: Person): Change[] => [
  { kind: 'set-user-status', userId: user.id, status: 'disabled' },
];
const erase = ({ user }: Person): Change[] => [
  { kind: 'begin-user-erasure', userId: user.id, key: Buffer.alloc(32, 7), at },
];
const unknown = () => ({ userId: stranger }) as Partial<Change>; // an id that nobody has

const reaching = (but: object) => but as Partial<Change>; // parts of this kind alone

const invited = (person: Person, but: object) =>
  reaching({ invitation: { ...anotherInvitation(person, numberOf(person)), ...but } });

const givenUp = (userId: string) => `given-up-by-${userId}@example.org`;
/** The person had another address lately, and may take it back. */
function reserve(person: Person): Change[] {
  const { id } = person.user;
  const link = linkOf(id, 40_000 + numberOf(person), person.tenant);
  return [{ kind: 'create-link', link: { ...link, details: { previousEmail: givenUp(id) } } }];
}

/** What makes a change about people lose. */
export const guards: readonly Guard[] = [
  {
    what: 'the address is taken',
    kind: 'create-user',
    but: ({ user }) => ({ user: { ...user, id: idOf(1, 88_888) as typeof user.id } }),
  },
  {
    what: 'somebody may take the address back',
    kind: 'create-user',
    first: reserve,
    but: ({ user }) => ({
      user: { ...user, id: idOf(1, 88_888) as typeof user.id, email: givenUp(user.id) },
    }),
  },
  { what: 'there is a password already', kind: 'set-password', but: () => ({ expected: null }) },
  { what: 'the password is another by now', kind: 'set-password', but: () => ({ expected: 'an older one' }) },
  { what: 'nobody is there', kind: 'set-password', but: unknown },
  { what: 'the password was changed', kind: 'expect-password', but: () => ({ phc: 'an older one' }) },
  { what: 'nobody is there', kind: 'set-user-status', but: unknown },
  {
    what: 'somebody is invited by this address',
    kind: 'invite',
    but: (person) => invited(person, { email: invitationOf(person, numberOf(person)).email }),
  },
  {
    what: 'somebody has this address and reads mail there',
    kind: 'invite',
    first: ({ user }) => [{ kind: 'verify-email', userId: user.id, email: user.email, at }],
    but: (person) => invited(person, { email: person.user.email }),
  },
  {
    what: 'whoever has this address is disabled',
    kind: 'invite',
    first: disable,
    but: (person) => invited(person, { email: person.user.email }),
  },
  { what: 'it is not there', kind: 'renew-invitation', but: () => reaching({ id: idOf(7, 99_999) }) },
  { what: 'it is not there', kind: 'revoke-invitation', but: () => reaching({ id: idOf(7, 99_999) }) },
  {
    what: 'a newer link was sent',
    kind: 'use-invitation',
    but: () => reaching({ tokenHash: Buffer.alloc(32, 9) }),
  },
  { what: 'it has expired', kind: 'use-invitation', but: () => reaching({ at: at + 7 * 86_400_000 }) },
  { what: 'nobody is there', kind: 'shed-account', but: unknown },
  { what: 'the user is disabled', kind: 'shed-account', first: disable },
  {
    what: 'mail was seen to arrive there',
    kind: 'shed-account',
    first: ({ user }) => [{ kind: 'verify-email', userId: user.id, email: user.email, at }],
  },
  { what: 'nobody is there', kind: 'begin-user-erasure', but: unknown },
  { what: 'it has begun', kind: 'begin-user-erasure', first: erase },
  { what: 'the user is being erased', kind: 'set-user-status', first: erase },
  { what: 'nobody is there', kind: 'set-user-name', but: unknown },
  {
    what: 'somebody used it since',
    kind: 'expect-unused',
    but: () => ({ since: at - 1 }),
  },
  { what: 'nobody is there', kind: 'set-user-roles', but: unknown },
  { what: 'nobody is there', kind: 'set-user-groups', but: unknown },
  { what: 'another version is in force', kind: 'set-policy', but: () => ({ expected: 2 }) },
  { what: 'another version is in force', kind: 'note-policy-enforced', but: () => ({ version: 3 }) },
  { what: 'the session has ended', kind: 'set-session-risk', first: end },
  { what: 'nobody is there', kind: 'expect-within-reach', but: () => reaching({ of: { userId: stranger } }) },
  {
    what: 'it is nobody’s session',
    kind: 'expect-within-reach',
    but: () => reaching({ of: { sessionId: idOf(3, 99_999) } }),
  },
  {
    what: 'the user may do more',
    kind: 'expect-within-reach',
    first: ({ user }) => [{ kind: 'set-user-roles', userId: user.id, roles: ['editor', 'auditor'] }],
  },
  {
    what: 'who asks has lost a role',
    kind: 'expect-within-reach',
    but: ({ user }) => reaching({ asker: { userId: user.id, roles: ['help-desk'] } }),
  },
  { what: 'who asks was disabled', kind: 'expect-within-reach', first: disable },
  { what: 'nobody is there', kind: 'hold-user', but: unknown },
  { what: 'the user is disabled', kind: 'hold-user', first: disable },
  { what: 'the session has ended', kind: 'hold-session', first: end },
  { what: 'it is somebody else’s session', kind: 'hold-session', but: unknown },
  {
    what: 'the secret names another device already',
    kind: 'see-device',
    but: ({ device }) => ({ device: { ...device, id: idOf(2, 88_888) as typeof device.id } }),
  },
  { what: 'the user is disabled', kind: 'create-session', first: disable },
  { what: 'another policy is in force', kind: 'create-session', but: () => ({ policyVersion: 2 }) },
  { what: 'the session has ended', kind: 'create-grant', first: end },
  { what: 'the user is disabled', kind: 'create-grant', first: disable },
  { what: 'the session has ended', kind: 'end-session', first: end },
  { what: 'it is somebody else’s session', kind: 'end-session', but: unknown },
  {
    what: 'there is no such session',
    kind: 'end-session',
    but: () => ({ sessionId: idOf(3, 99_999) }) as Partial<Change>,
  },
  { what: 'it has not expired', kind: 'end-session', but: () => ({ ifExpired: true }) },
  {
    what: 'the grant has ended',
    kind: 'end-grant',
    first: ({ grant }) => [{ kind: 'end-grant', grantId: grant.id, reason: 'replaced', at }],
  },
  { what: 'the link was used', kind: 'use-link', first: (person) => [useLink(person)] },
  { what: 'the link has expired', kind: 'use-link', but: () => ({ at: at + 60_000 }) },
  { what: 'the password was changed', kind: 'rehash-password', but: () => ({ expected: 'another' }) },
  { what: 'there is no such link', kind: 'use-link', but: () => ({ tokenHash: Buffer.alloc(32, 9) }) },
  {
    what: 'it was tried again meanwhile',
    kind: 'settle-mail',
    but: () => ({ attempts: 1 }),
  },
  {
    what: 'it was tried again meanwhile',
    kind: 'settle-mail',
    but: () => ({ attempts: 1, dueAt: null }),
  },
  {
    what: 'it was settled',
    kind: 'settle-mail',
    first: (person) => [{ ...changeCases['settle-mail'](person, numberOf(person)), dueAt: null } as Change], // the same, sent
  },
  {
    what: 'the address is another by now',
    kind: 'verify-email',
    first: (person) => [changeCases['change-email'](person, numberOf(person))],
  },
  { what: 'nobody is there', kind: 'verify-email', but: unknown },
  {
    what: 'the address is taken',
    kind: 'change-email',
    but: (person) => ({ to: lockedOutOf(person, numberOf(person)).email }),
  },
  {
    what: 'the address was changed meanwhile',
    kind: 'change-email',
    first: (person) => [changeCases['change-email'](person, numberOf(person))],
    but: () => ({ to: 'elsewhere@example.org' }),
  },
  {
    what: 'somebody else may take the address back',
    kind: 'change-email',
    first: reserve,
    but: (person) => ({
      userId: lockedOutOf(person, numberOf(person)).id,
      from: lockedOutOf(person, numberOf(person)).email,
      to: givenUp(person.user.id),
    }),
  },
  { what: 'nobody is there', kind: 'change-email', but: unknown },
  {
    what: 'nobody is there',
    kind: 'create-link',
    but: (person) => ({ link: { ...linkOf(person.user.id, 88_888), userId: stranger } }) as Partial<Change>, // an id that nobody has
  },
  {
    what: 'there are as many sessions as there may be',
    kind: 'make-room',
    but: () => reaching(roomFor(1, 'deny')),
  },
  { what: 'the person has to be asked', kind: 'make-room', but: () => reaching(roomFor(1, 'ask')) },
  { what: 'the tenant exists', kind: 'create-tenant', but: () => ({ kind: 'create-tenant' }) },
  {
    what: 'another tenant has the host',
    kind: 'change-tenant',
    but: () => ({ settings: { hosts: ['free.example', 'taken.example'] } }),
  },
  {
    what: 'another tenant has the domain',
    kind: 'change-tenant',
    but: () => ({ settings: { domains: ['taken.example'] } }),
  },
];

function useLink(person: Person): Change {
  return changeCases['use-link'](person, numberOf(person));
}

export function numberOf({ user }: Person): number {
  return Number.parseInt(user.id.slice(-12), 16);
}
