import type { AuthenticatorId } from '@argus/contract';
import type { Change } from '@argus/core';
import {
  codeHashOf,
  codesOf,
  guessLimit,
  passkeyOf,
  progressOf,
  recoveryOf,
  totpOf,
} from './authenticator-stage.ts';
import { hashOf } from './oauth-stage.ts';
import { at, idOf, type Person } from './stage.ts';

type Cases = {
  readonly [Kind in Change['kind']]?: (person: Person, number: number) => Extract<Change, { kind: Kind }>;
};

const later = at + 1000;

/** A change of each kind that finds what it expects where a person has every authenticator, of this number. */
export const authenticatorCases = {
  'add-passkey': (person, number) => ({
    kind: 'add-passkey',
    passkey: {
      ...passkeyOf(person, number),
      // A brand over text, from the same shape of id.
      id: idOf(8, 5000 + number) as AuthenticatorId,
      credentialId: hashOf('another credential', number),
    },
    most: 20,
  }),
  'use-passkey': (person, number) => ({
    kind: 'use-passkey',
    userId: person.user.id,
    id: passkeyOf(person, number).id,
    fromSignCount: 7,
    signCount: 8,
    isBackupEligible: true,
    isBackedUp: true,
    at: later,
  }),
  'add-totp': (person, number) => ({
    kind: 'add-totp',
    totp: {
      ...totpOf(person, number),
      id: idOf(8, 15_000 + number) as AuthenticatorId,
      sealedSecret: 'another sealed secret',
    },
    replaces: totpOf(person, number).id,
  }),
  'use-totp': (person, number) => ({
    kind: 'use-totp',
    userId: person.user.id,
    id: totpOf(person, number).id,
    step: 1001,
    offsetSteps: 1,
    at: later,
  }),
  'rename-authenticator': (person, number) => ({
    kind: 'rename-authenticator',
    userId: person.user.id,
    id: passkeyOf(person, number).id,
    name: 'another name',
  }),
  'remove-authenticator': (person, number) => ({
    kind: 'remove-authenticator',
    userId: person.user.id,
    id: passkeyOf(person, number).id,
  }),
  'replace-recovery-codes': (person, number) => ({
    kind: 'replace-recovery-codes',
    set: codesOf(person, number, 1),
  }),
  'use-recovery-code': ({ user }, number) => ({
    kind: 'use-recovery-code',
    userId: user.id,
    hash: codeHashOf(number, 1),
    at: later,
  }),
  'remove-recovery-codes': ({ user }) => ({ kind: 'remove-recovery-codes', userId: user.id }),
  'remove-authenticators-since': ({ user }) => ({
    kind: 'remove-authenticators-since',
    userId: user.id,
    since: at,
  }),
  'remove-second-factors': ({ user }) => ({ kind: 'remove-second-factors', userId: user.id }),
  'close-password': ({ user }) => ({ kind: 'close-password', userId: user.id, since: at }),
  'take-guess': ({ user }) => ({
    kind: 'take-guess',
    use: 'totp',
    userId: user.id,
    isKnownDevice: true,
    limit: guessLimit,
    at: later,
  }),
  'forget-guesses': ({ user }) => ({
    kind: 'forget-guesses',
    userId: user.id,
    use: 'totp',
    isKnownDevice: true,
  }),
  'forget-password-tries': ({ user }) => ({
    kind: 'forget-password-tries',
    userId: user.id,
    isKnownDevice: true,
  }),
  'expect-unlocked': ({ user }) => ({
    kind: 'expect-unlocked',
    userId: user.id,
    isKnownDevice: false,
    at: later,
  }),
  'remember-device': ({ user, device }) => ({
    kind: 'remember-device',
    userId: user.id,
    deviceId: device.id,
    until: at + 2 * 86_400_000,
  }),
  'forget-devices': ({ user }) => ({ kind: 'forget-devices', userId: user.id }),
  'begin-sign-in': (person, number) => ({
    kind: 'begin-sign-in',
    progress: { ...progressOf(person, number), attemptHash: hashOf('another attempt', number) },
  }),
  'finish-sign-in': ({ user }, number) => ({
    kind: 'finish-sign-in',
    attemptHash: hashOf('attempt', number),
    userId: user.id,
  }),
  'start-recovery': (person, number) => ({
    kind: 'start-recovery',
    recovery: { ...recoveryOf(person, number), userId: person.user.id },
  }),
  'cancel-recovery': (person, number) => ({
    kind: 'cancel-recovery',
    userId: recoveryOf(person, number).userId,
  }),
  'complete-recovery': (person, number) => ({
    kind: 'complete-recovery',
    userId: recoveryOf(person, number).userId,
    at: recoveryOf(person, number).dueAt,
  }),
} satisfies Cases;
