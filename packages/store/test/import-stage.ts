import type { AuthenticatorId, TenantId, UserId } from '@argus/contract';
import { type Change, type Import, type ImportedPerson, noRows } from '@argus/core';
import { hashOf } from './oauth-stage.ts';
import { at, idOf, type Person } from './stage.ts';

/** A file that is arriving. */
export function arrivingOf({ tenant, user }: Pick<Person, 'tenant' | 'user'>, number: number): Import {
  return {
    id: idOf(9, number),
    tenant,
    name: `file of ${tenant}`,
    format: 'json',
    onExisting: 'skip',
    givesAdministration: false,
    state: 'receiving',
    startedBy: `administrator of ${tenant}`,
    askerId: user.id,
    bytes: 0,
    place: null,
    counts: noRows,
    failure: null,
    createdAt: at,
    beganAt: null,
    movedAt: null,
    endedAt: null,
  };
}

/** One that is being worked through. */
export const runningOf = (person: Pick<Person, 'tenant' | 'user'>, number: number): Import => ({
  ...arrivingOf(person, number),
  id: idOf(9, 20_000 + number),
});

const later = at + 3_600_000;
const pieceOf = (tenant: TenantId) => Buffer.from(`sealed piece of ${tenant}`);

/** A file that is arriving, and one of which the first row was refused. */
export function importChanges(person: Person, number: number): Change[] {
  const [arriving, running] = [arrivingOf(person, number), runningOf(person, number)];
  const piece = { offset: 0, size: 10, sealed: pieceOf(person.tenant), most: 100, dueAt: later, at };
  const refused = { row: 1, path: 'email', reason: `reason of ${person.tenant}` };
  return [
    ...[arriving, running].map(
      (each): Change => ({ kind: 'create-import', import: each, most: 1_000_000, dueAt: later }),
    ),
    { kind: 'receive-import', importId: arriving.id, askerId: arriving.askerId, ...piece, isLast: false },
    { kind: 'receive-import', importId: running.id, askerId: running.askerId, ...piece, isLast: true },
    {
      kind: 'advance-import',
      importId: running.id,
      from: 0,
      to: { rows: 1, created: 0, skipped: 0, refused: 1 },
      place: { offset: 4, state: null },
      refused: [refused],
      dueAt: later,
      at,
      end: null,
    },
  ];
}

/** Somebody who brings everything along. */
export function newcomerOf({ tenant, user }: Person, number: number): ImportedPerson {
  const userId = idOf(1, 70_000 + number) as UserId; // a brand over text
  const idAt = (place: number) => idOf(8, 70_000 + 10 * number + place) as AuthenticatorId; // the same
  return {
    user: { ...user, id: userId, email: `imported-${number}@example.org`, groups: ['a "group"'] },
    phc: 'phc of another system',
    totp: {
      id: idAt(0),
      userId,
      sealedSecret: `sealed secret of ${tenant}`,
      offsetSteps: 0,
      lastStep: 1000,
      name: 'codes',
      createdAt: at,
      lastUsedAt: null,
    },
    passkeys: [1, 2].map((place) => ({
      id: idAt(place),
      userId,
      credentialId: hashOf(`imported credential ${place}`, number),
      publicKey: Buffer.from(`public key of ${tenant}`),
      algorithm: -7,
      signCount: 3,
      isBackupEligible: false,
      isBackedUp: false,
      learnsBackup: place === 1,
      foreignUserHandle: place === 1 ? Buffer.from('handle') : null,
      isAttested: false,
      aaguid: '00000000-0000-0000-0000-000000000000',
      transports: ['usb'],
      name: 'key',
      createdAt: at,
      lastUsedAt: null,
    })),
  };
}
