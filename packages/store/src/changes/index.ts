import type { Change } from '@argus/core';
import * as authenticators from './authenticators.ts';
import * as clients from './clients.ts';
import * as devices from './device-authorizations.ts';
import * as enforcement from './enforcement.ts';
import * as federation from './federation.ts';
import * as grants from './grants.ts';
import * as imports from './imports.ts';
import * as invitations from './invitations.ts';
import * as deliveries from './logout-deliveries.ts';
import * as mails from './mails.ts';
import { makeRoom } from './make-room.ts';
import * as newcomers from './newcomers.ts';
import * as oauth from './oauth.ts';
import * as tries from './password-tries.ts';
import * as persons from './persons.ts';
import * as policies from './policies.ts';
import * as recovery from './recovery.ts';
import * as rulers from './rulers.ts';
import * as services from './services.ts';
import * as sessions from './sessions.ts';
import * as progress from './sign-in-progress.ts';
import * as tenants from './tenants.ts';
import * as users from './users.ts';
import type { AskingStatement, GuardedStatement, Write } from './write.ts';

const writes: { readonly [Kind in Change['kind']]: Write<Extract<Change, { kind: Kind }>> } = {
  'create-user': users.createUser,
  'create-newcomers': newcomers.createNewcomers,
  'create-import': imports.createImport,
  'receive-import': imports.receiveImport,
  'advance-import': imports.advanceImport,
  'end-import': imports.endImport,
  'set-password': users.setPassword,
  'rehash-password': users.rehashPassword,
  'expect-password': users.expectPassword,
  'set-user-status': rulers.setUserStatus,
  'expect-unused': users.expectUnused,
  'set-user-name': users.setUserName,
  'set-user-roles': rulers.setUserRoles,
  'set-user-groups': users.setUserGroups,
  'set-policy': policies.setPolicy,
  'set-session-risk': policies.setSessionRisk,
  'end-sessions-beyond-policy': enforcement.endSessionsBeyondPolicy,
  'tighten-sessions': enforcement.tightenSessions,
  'end-grants-beyond-policy': enforcement.endGrantsBeyondPolicy,
  'note-policy-enforced': enforcement.notePolicyEnforced,
  'hold-user': users.holdUser,
  'expect-within-reach': rulers.expectWithinReach,
  'hold-session': sessions.holdSession,
  'see-device': users.seeDevice,
  'create-session': sessions.createSession,
  'create-grant': grants.createGrant,
  'end-session': sessions.endSession,
  'end-sessions-of-user': sessions.endSessionsOfUser,
  'make-room': makeRoom,
  'end-grant': grants.endGrant,
  'end-grants-of-client': clients.endGrantsOfClient,
  'renew-grant': grants.renewGrant,
  'raise-session': sessions.raiseSession,
  'create-link': users.createLink,
  'use-link': users.useLink,
  'send-mail': mails.sendMail,
  'settle-mail': mails.settleMail,
  'be-first-administrator': rulers.beFirstAdministrator,
  'create-tenant': tenants.createTenant,
  'change-tenant': tenants.changeTenant,
  'suspend-tenant': tenants.suspendTenant,
  'end-sessions-of-tenant': tenants.endSessionsOfTenant,
  'settle-tenant': tenants.settleTenant,
  'resume-tenant': tenants.resumeTenant,
  'begin-erasure': tenants.beginErasure,
  'begin-user-erasure': persons.beginUserErasure,
  invite: invitations.invite,
  'renew-invitation': invitations.renewInvitation,
  'revoke-invitation': invitations.revokeInvitation,
  'use-invitation': invitations.useInvitation,
  'shed-account': invitations.shedAccount,
  'create-client': clients.createClient,
  'change-client': clients.changeClient,
  'set-client-secret': clients.setClientSecret,
  'set-client-status': clients.setClientStatus,
  'remove-client': clients.removeClient,
  'declare-resource': clients.declareResource,
  'remove-resource': clients.removeResource,
  'push-request': oauth.pushRequest,
  'use-pushed-request': oauth.usePushedRequest,
  'create-code': oauth.createCode,
  'redeem-code': oauth.redeemCode,
  'give-consent': oauth.giveConsent,
  'hold-consent': oauth.holdConsent,
  'withdraw-consent': oauth.withdrawConsent,
  'create-device-authorization': devices.createDeviceAuthorization,
  'decide-device-authorization': devices.decideDeviceAuthorization,
  'poll-device-authorization': devices.pollDeviceAuthorization,
  'use-device-authorization': devices.useDeviceAuthorization,
  'claim-mark': oauth.claimMark,
  'end-token': oauth.endToken,
  'settle-logout-delivery': deliveries.settleLogoutDelivery,
  'declare-service': services.declareService,
  'set-service-status': services.setServiceStatus,
  'remove-service': services.removeService,
  'add-service-key': services.addServiceKey,
  'remove-service-key': services.removeServiceKey,
  'declare-provider': federation.declareProvider,
  'remove-provider': federation.removeProvider,
  'link-identity': federation.linkIdentity,
  'use-identity': federation.useIdentity,
  'unlink-identity': federation.unlinkIdentity,
  'note-upstream-session': federation.noteUpstreamSession,
  'end-links': users.endLinks,
  'verify-email': users.verifyEmail,
  'change-email': users.changeEmail,
  'add-passkey': authenticators.addPasskey,
  'use-passkey': authenticators.usePasskey,
  'add-totp': authenticators.addTotp,
  'use-totp': authenticators.useTotp,
  'rename-authenticator': authenticators.renameAuthenticator,
  'remove-authenticator': authenticators.removeAuthenticator,
  'replace-recovery-codes': recovery.replaceRecoveryCodes,
  'use-recovery-code': recovery.useRecoveryCode,
  'remove-recovery-codes': recovery.removeRecoveryCodes,
  'remove-authenticators-since': recovery.removeAuthenticatorsSince,
  'remove-second-factors': recovery.removeSecondFactors,
  'close-password': recovery.closePassword,
  'forget-password-tries': tries.forgetPasswordTries,
  'expect-unlocked': tries.expectUnlocked,
  'start-recovery': recovery.startRecovery,
  'cancel-recovery': recovery.cancelRecovery,
  'complete-recovery': recovery.completeRecovery,
  'take-guess': progress.takeGuess,
  'forget-guesses': progress.forgetGuesses,
  'remember-device': progress.rememberDevice,
  'forget-devices': progress.forgetDevices,
  'begin-sign-in': progress.beginSignIn,
  'finish-sign-in': progress.finishSignIn,
};

/** The statement of a change. */
export function statementOf(change: Change): GuardedStatement | AskingStatement {
  // The table above gives every kind its own writer; TypeScript cannot carry that through the lookup.
  return (writes[change.kind] as Write<Change>)(change);
}
