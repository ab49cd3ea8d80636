import type { Change } from '@argus/core';
import { type ChangeCases, changeCases } from './change-cases.ts';
import { type Guard, numberOf } from './guard-cases.ts';
import { clientOf, codeOf, hashOf, providerOf, resourceOf } from './oauth-stage.ts';
import { at, home, idOf, other, type Person, rotationOf } from './stage.ts';

const again =
  (kind: keyof ChangeCases) =>
  (person: Person): Change[] => [changeCases[kind](person, numberOf(person))];
const disableClient = again('set-client-status');
const removeClient = again('remove-client');
const approve = again('decide-device-authorization');
const disableUser = again('set-user-status');
const endSession = again('end-session');
const endGrant = again('end-grant');

// Whatever a case changes of a change; the kinds differ, and TypeScript cannot follow them through the table.
const but = (changes: Record<string, unknown>) => () => changes as Partial<Change>;
const stranger = but({ userId: idOf(1, 77_777) });
const anotherClient = but({ clientId: 'nobody' });
const tooLate = (seconds: number) => but({ at: at + seconds * 1000 });
const renewalBut =
  (changes: Record<string, unknown>) =>
  (person: Person): Partial<Change> => ({ renewal: { ...rotationOf(person), ...changes } });

/** What makes a change about clients and providers lose, in a tenant that was furnished with the person's number. */
export const oauthGuards: readonly Guard[] = [
  {
    what: 'the id is taken',
    kind: 'create-client',
    but: (person) => ({ client: clientOf(home, numberOf(person)) }),
  },
  { what: 'it was changed meanwhile', kind: 'change-client', first: again('change-client') },
  { what: 'there is no such client', kind: 'change-client', first: removeClient },
  { what: 'there is no such client', kind: 'set-client-secret', first: removeClient },
  { what: 'there is no such client', kind: 'set-client-status', first: removeClient },
  { what: 'there is no such client', kind: 'remove-client', first: removeClient },
  {
    what: 'another tenant has the id',
    kind: 'declare-resource',
    but: () => ({ resource: resourceOf(other, 1) }),
  },
  { what: 'there is no such resource', kind: 'remove-resource', first: again('remove-resource') },
  {
    what: 'another tenant has the id',
    kind: 'declare-provider',
    but: () => ({ provider: providerOf(other, 1) }),
  },
  { what: 'there is no such provider', kind: 'remove-provider', first: again('remove-provider') },
  { what: 'it was used', kind: 'use-pushed-request', first: again('use-pushed-request') },
  { what: 'it has expired', kind: 'use-pushed-request', but: tooLate(90) },
  { what: 'it is another client’s', kind: 'use-pushed-request', but: anotherClient },
  { what: 'the client is disabled', kind: 'use-pushed-request', first: disableClient },
  { what: 'the session has ended', kind: 'create-code', first: endSession },
  { what: 'the user is disabled', kind: 'create-code', first: disableUser },
  {
    what: 'it is somebody else’s session',
    kind: 'create-code',
    but: (person) =>
      ({ code: { ...codeOf(person, numberOf(person)), userId: idOf(1, 77_777) } }) as Partial<Change>,
  },
  { what: 'it was redeemed', kind: 'redeem-code', first: again('redeem-code') },
  { what: 'it has expired', kind: 'redeem-code', but: tooLate(60) },
  { what: 'it is another client’s', kind: 'redeem-code', but: anotherClient },
  { what: 'the client is disabled', kind: 'redeem-code', first: disableClient },
  { what: 'it was withdrawn', kind: 'hold-consent', first: again('withdraw-consent') },
  { what: 'it went with its client', kind: 'hold-consent', first: removeClient },
  { what: 'it is somebody else’s', kind: 'hold-consent', but: stranger },
  { what: 'there is none', kind: 'withdraw-consent', first: again('withdraw-consent') },
  { what: 'it is somebody else’s', kind: 'withdraw-consent', but: stranger },
  {
    what: 'the user code is taken',
    kind: 'create-device-authorization',
    first: again('create-device-authorization'),
  },
  { what: 'it was decided', kind: 'decide-device-authorization', first: approve },
  { what: 'it has expired', kind: 'decide-device-authorization', but: tooLate(600) },
  { what: 'the session has ended', kind: 'decide-device-authorization', first: endSession },
  { what: 'the user is disabled', kind: 'decide-device-authorization', first: disableUser },
  { what: 'it is somebody else’s session', kind: 'decide-device-authorization', but: stranger },
  {
    what: 'somebody polled meanwhile',
    kind: 'poll-device-authorization',
    first: again('poll-device-authorization'),
  },
  {
    what: 'it was polled never before',
    kind: 'poll-device-authorization',
    but: but({ expectedPolledAt: at }),
  },
  { what: 'it was used', kind: 'use-device-authorization', first: again('use-device-authorization') },
  { what: 'it has expired', kind: 'use-device-authorization', but: tooLate(600) },
  { what: 'it is another client’s', kind: 'use-device-authorization', but: anotherClient },
  { what: 'the client is disabled', kind: 'use-device-authorization', first: disableClient },
  {
    what: 'nobody approved it',
    kind: 'use-device-authorization',
    but: (person) => ({ deviceCodeHash: hashOf('device code', numberOf(person)) }),
  },
  { what: 'it was made before', kind: 'claim-mark', first: again('claim-mark') },
  { what: 'it was tried again meanwhile', kind: 'settle-logout-delivery', but: but({ attempts: 1 }) },
  {
    what: 'it was tried again meanwhile',
    kind: 'settle-logout-delivery',
    but: but({ attempts: 1, dueAt: at }),
  },
  { what: 'it was settled', kind: 'settle-logout-delivery', first: again('settle-logout-delivery') },
  { what: 'it is linked already', kind: 'link-identity', first: again('link-identity') },
  { what: 'it is somebody else’s', kind: 'use-identity', but: stranger },
  { what: 'it is not linked any more', kind: 'use-identity', first: again('unlink-identity') },
  { what: 'it is somebody else’s', kind: 'unlink-identity', but: stranger },
  { what: 'the session has ended', kind: 'raise-session', first: endSession },
  { what: 'the user is disabled', kind: 'raise-session', first: disableUser },
  { what: 'it is somebody else’s session', kind: 'raise-session', but: stranger },
  { what: 'the grant has ended', kind: 'renew-grant', first: endGrant },
  { what: 'the session has ended', kind: 'renew-grant', first: endSession },
  { what: 'the user is disabled', kind: 'renew-grant', first: disableUser },
  { what: 'the grant was rotated', kind: 'renew-grant', but: renewalBut({ fromGeneration: 2 }) },
  { what: 'the policy has changed', kind: 'renew-grant', but: renewalBut({ policyVersion: 2 }) },
  { what: 'its newest token has expired', kind: 'renew-grant', but: renewalBut({ at: at + 86_400_000 }) },
];

/** What a change expects that can only be broken by something that no other change would leave. */
export const expectsOnlyTheSchema: readonly Change['kind'][] = [
  'push-request',
  'give-consent',
  'note-upstream-session',
  'end-token',
  'end-grants-of-client',
];
