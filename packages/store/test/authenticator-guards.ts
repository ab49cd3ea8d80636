import type { Change } from '@argus/core';
import { authenticatorCases } from './authenticator-cases.ts';
import { guessLimit, lockedOutOf, passkeyOf, progressOf, recoveryOf, totpOf } from './authenticator-stage.ts';
import { type ChangeCases, changeCases } from './change-cases.ts';
import { type Guard, numberOf } from './guard-cases.ts';
import { hashOf } from './oauth-stage.ts';
import { at, idOf, type Person } from './stage.ts';

const again =
  (kind: keyof ChangeCases) =>
  (person: Person): Change[] => [changeCases[kind](person, numberOf(person))];
const disable = again('set-user-status');
// Whatever a case changes of a change; the kinds differ, and TypeScript cannot follow them through the table.
const but = (changes: Record<string, unknown>) => () => changes as Partial<Change>;
const stranger = but({ userId: idOf(1, 77_777) });
const colleague = (person: Person) =>
  ({ userId: lockedOutOf(person, numberOf(person)).id }) as Partial<Change>;
const passkeyBut =
  (changes: (person: Person) => Record<string, unknown>) =>
  (person: Person): Partial<Change> => ({
    passkey: { ...authenticatorCases['add-passkey'](person, numberOf(person)).passkey, ...changes(person) },
  });
/** The person comes in with the passkey and with nothing else. */
const onlyPasskey = (person: Person): Change[] => [
  ...again('unlink-identity')(person),
  ...again('close-password')(person),
];
const guesses =
  (count: number) =>
  ({ user }: Person): Change[] =>
    Array.from({ length: count }, () => ({
      kind: 'take-guess',
      use: 'totp',
      userId: user.id,
      isKnownDevice: true,
      limit: guessLimit,
      at: at + 1000,
    }));

/** What makes a change about authenticators, sign-ins on their way, guesses and recoveries lose. */
export const authenticatorGuards: readonly Guard[] = [
  {
    what: 'the credential is somebody’s already',
    kind: 'add-passkey',
    but: passkeyBut((person) => ({ credentialId: passkeyOf(person, numberOf(person)).credentialId })),
  },
  {
    what: 'the credential is another’s already',
    kind: 'add-passkey',
    but: passkeyBut((person) => ({
      userId: lockedOutOf(person, numberOf(person)).id,
      credentialId: passkeyOf(person, numberOf(person)).credentialId,
    })),
  },
  { what: 'there are as many as there may be', kind: 'add-passkey', but: but({ most: 1 }) },
  { what: 'the user is disabled', kind: 'add-passkey', first: disable },
  { what: 'nobody is there', kind: 'add-passkey', but: passkeyBut(() => ({ userId: idOf(1, 77_777) })) },
  { what: 'its counter has moved', kind: 'use-passkey', first: again('use-passkey') },
  { what: 'it is somebody else’s', kind: 'use-passkey', but: colleague },
  { what: 'it was removed', kind: 'use-passkey', first: again('remove-authenticator') },
  { what: 'there is one already', kind: 'add-totp', but: but({ replaces: null }) },
  { what: 'the one before was replaced meanwhile', kind: 'add-totp', first: again('add-totp') },
  { what: 'the user is disabled', kind: 'add-totp', first: disable },
  {
    what: 'nobody is there',
    kind: 'add-totp',
    but: (person) =>
      ({ totp: { ...totpOf(person, numberOf(person)), userId: idOf(1, 77_777) } }) as Partial<Change>,
  },
  { what: 'the code was used', kind: 'use-totp', first: again('use-totp') },
  { what: 'a newer code was used', kind: 'use-totp', but: but({ step: 999 }) },
  { what: 'it is somebody else’s', kind: 'use-totp', but: colleague },
  { what: 'it was replaced', kind: 'use-totp', first: again('add-totp') },
  { what: 'it is somebody else’s', kind: 'rename-authenticator', but: colleague },
  { what: 'it was removed', kind: 'rename-authenticator', first: again('remove-authenticator') },
  { what: 'nothing else opens the account', kind: 'remove-authenticator', first: onlyPasskey },
  { what: 'it is somebody else’s', kind: 'remove-authenticator', but: colleague },
  { what: 'it was removed', kind: 'remove-authenticator', first: again('remove-authenticator') },
  { what: 'the user is disabled', kind: 'replace-recovery-codes', first: disable },
  {
    what: 'nobody is there',
    kind: 'replace-recovery-codes',
    but: (person) => {
      const { set } = authenticatorCases['replace-recovery-codes'](person, numberOf(person));
      return { set: { ...set, userId: idOf(1, 77_777) } } as Partial<Change>; // an id that nobody has
    },
  },
  { what: 'it was used', kind: 'use-recovery-code', first: again('use-recovery-code') },
  { what: 'the set was replaced', kind: 'use-recovery-code', first: again('replace-recovery-codes') },
  { what: 'the set was removed', kind: 'use-recovery-code', first: again('remove-recovery-codes') },
  { what: 'it is somebody else’s', kind: 'use-recovery-code', but: colleague },
  { what: 'there is no such code', kind: 'use-recovery-code', but: but({ hash: Buffer.alloc(32, 9) }) },
  { what: 'as many were made as may be at once', kind: 'take-guess', first: guesses(4) },
  {
    what: 'as many were wrong as may be in a row',
    kind: 'take-guess',
    but: but({ limit: { ...guessLimit, most: 1 } }),
  },
  { what: 'nobody is there', kind: 'take-guess', but: stranger },
  { what: 'wrong passwords locked', kind: 'expect-unlocked', but: but({ isKnownDevice: true }) },
  { what: 'it is somebody else’s device', kind: 'remember-device', but: colleague },
  { what: 'there is no such device', kind: 'remember-device', but: but({ deviceId: idOf(2, 77_777) }) },
  { what: 'the attempt is not new', kind: 'begin-sign-in', first: again('begin-sign-in') },
  {
    what: 'the attempt is another’s',
    kind: 'begin-sign-in',
    but: (person) => {
      const { attemptHash } = progressOf(person, numberOf(person));
      const { id: userId } = lockedOutOf(person, numberOf(person));
      return { progress: { ...progressOf(person, numberOf(person)), attemptHash, userId } };
    },
  },
  { what: 'the user is disabled', kind: 'begin-sign-in', first: disable },
  {
    what: 'nobody is there',
    kind: 'begin-sign-in',
    but: (person) => {
      const progress = { ...progressOf(person, numberOf(person)), attemptHash: hashOf('a third attempt', 1) };
      return { progress: { ...progress, userId: idOf(1, 77_777) } } as Partial<Change>; // an id that nobody has
    },
  },
  { what: 'it was finished', kind: 'finish-sign-in', first: again('finish-sign-in') },
  { what: 'it is somebody else’s', kind: 'finish-sign-in', but: colleague },
  { what: 'there is no such sign-in', kind: 'finish-sign-in', but: but({ attemptHash: Buffer.alloc(32) }) },
  { what: 'one is under way', kind: 'start-recovery', first: again('start-recovery') },
  { what: 'the user is disabled', kind: 'start-recovery', first: disable },
  {
    what: 'nobody is there',
    kind: 'start-recovery',
    but: (person) =>
      ({ recovery: { ...recoveryOf(person, numberOf(person)), userId: idOf(1, 77_777) } }) as Partial<Change>,
  },
  { what: 'none is under way', kind: 'cancel-recovery', first: again('cancel-recovery') },
  { what: 'its time has not come', kind: 'complete-recovery', but: but({ at: at + 499 }) },
  { what: 'it was cancelled', kind: 'complete-recovery', first: again('cancel-recovery') },
  { what: 'it was completed', kind: 'complete-recovery', first: again('complete-recovery') },
];
