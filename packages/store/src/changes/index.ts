import type { Change } from '@argus/core';
import * as sessions from './sessions.ts';
import * as users from './users.ts';
import type { GuardedStatement, Write } from './write.ts';

const writes: { readonly [Kind in Change['kind']]: Write<Extract<Change, { kind: Kind }>> } = {
  'create-user': users.createUser,
  'set-password': users.setPassword,
  'expect-password': users.expectPassword,
  'set-user-status': users.setUserStatus,
  'set-user-name': users.setUserName,
  'set-user-roles': users.setUserRoles,
  'hold-user': users.holdUser,
  'hold-session': sessions.holdSession,
  'see-device': users.seeDevice,
  'create-session': sessions.createSession,
  'create-grant': sessions.createGrant,
  'end-session': sessions.endSession,
  'end-sessions-of-user': sessions.endSessionsOfUser,
  'limit-sessions': sessions.limitSessions,
  'end-grant': sessions.endGrant,
  'create-link': users.createLink,
  'use-link': users.useLink,
  'be-first-administrator': users.beFirstAdministrator,
  'create-tenant': users.createTenant,
};

/** The statement of a change. */
export function statementOf(change: Change): GuardedStatement {
  // The table above gives every kind its own writer; TypeScript cannot carry that through the lookup.
  return (writes[change.kind] as Write<Change>)(change);
}
