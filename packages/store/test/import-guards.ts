import type { Change, ImportedPerson } from '@argus/core';
import { passkeyOf } from './authenticator-stage.ts';
import { type ChangeCases, changeCases, linkOf } from './change-cases.ts';
import { type Guard, numberOf } from './guard-cases.ts';
import { arrivingOf, newcomerOf, runningOf } from './import-stage.ts';
import type { Person } from './stage.ts';

const again =
  (kind: keyof ChangeCases) =>
  (person: Person): Change[] => [changeCases[kind](person, numberOf(person))];
const cancel =
  (of: typeof arrivingOf) =>
  (person: Person): Change[] => [
    {
      ...changeCases['end-import'](person, numberOf(person)),
      importId: of(person, numberOf(person)).id,
    } as Change, // the same kind
  ];
const but = (parts: object) => () => parts as Partial<Change>; // parts of one kind

/** The newcomer and another one, who cannot come. */
const beside =
  (differing: (person: Person, newcomer: ImportedPerson) => ImportedPerson) => (person: Person) => {
    const number = numberOf(person);
    const newcomers = [newcomerOf(person, number), differing(person, newcomerOf(person, 5_000 + number))];
    return { newcomers } as Partial<Change>; // parts of this kind
  };

/** What makes a change about imports lose, where two are under way. */
export const importGuards: readonly Guard[] = [
  { what: 'as many are under way as may be', kind: 'create-import', but: but({ most: 2 }) },
  { what: 'it begins elsewhere than the last one ended', kind: 'receive-import', but: but({ offset: 9 }) },
  { what: 'somebody else began it', kind: 'receive-import', but: but({ askerId: null }) },
  { what: 'it came before', kind: 'receive-import', first: again('receive-import') },
  { what: 'there is no room for it', kind: 'receive-import', but: but({ most: 14 }) },
  { what: 'it was cancelled', kind: 'receive-import', first: cancel(arrivingOf) },
  { what: 'other rows were dealt with', kind: 'advance-import', but: but({ from: 0 }) },
  { what: 'it was cancelled', kind: 'advance-import', first: cancel(runningOf) },
  {
    what: 'the file is not whole',
    kind: 'advance-import',
    but: (person) => ({ importId: arrivingOf(person, numberOf(person)).id }),
  },
  { what: 'it has ended', kind: 'end-import', first: cancel(runningOf) },
  {
    what: 'one address is taken',
    kind: 'create-newcomers',
    but: beside(({ user }, newcomer) => ({ ...newcomer, user: { ...newcomer.user, email: user.email } })),
  },
  {
    what: 'somebody may take one address back',
    kind: 'create-newcomers',
    first: ({ user, tenant }) => {
      const link = linkOf(user.id, 45_000 + numberOf({ user } as Person), tenant); // only the user is read
      return [
        { kind: 'create-link', link: { ...link, details: { previousEmail: `gone-${user.id}@example.org` } } },
      ];
    },
    but: beside(({ user }, newcomer) => ({
      ...newcomer,
      user: { ...newcomer.user, email: `gone-${user.id}@example.org` },
    })),
  },
  {
    what: 'one credential is somebody else’s',
    kind: 'create-newcomers',
    but: beside((person, newcomer) => ({
      ...newcomer,
      passkeys: newcomer.passkeys.map((passkey) => ({
        ...passkey,
        credentialId: passkeyOf(person, numberOf(person)).credentialId,
      })),
    })),
  },
];
