import * as admin from './admin.ts';
import * as apply from './apply.ts';
import * as clients from './clients.ts';
import * as consents from './consents.ts';
import * as federation from './federation.ts';
import * as oauth from './oauth.ts';
import * as operations from './operations.ts';
import * as providers from './providers.ts';
import * as registration from './registration.ts';
import * as resources from './resources.ts';
import * as session from './session.ts';
import * as signIn from './sign-in.ts';
import * as stepUp from './step-up.ts';

/** Every call of the contract, by name, in the order in which OpenAPI tells them. */
export const endpoints = {
  signUp: signIn.signUp,
  signIn: signIn.signIn,
  useLink: signIn.useLink,
  getSession: session.getSession,
  refreshSession: session.refreshSession,
  endSession: session.endSession,
  listSessions: session.listSessions,
  sessionHistory: session.sessionHistory,
  endOneSession: session.endOneSession,
  endOtherSessions: session.endOtherSessions,
  endAllSessions: session.endAllSessions,
  changePassword: session.changePassword,
  listSecurityEvents: session.listSecurityEvents,
  listConsents: consents.listConsents,
  withdrawConsent: consents.withdrawConsent,
  adminListUsers: admin.adminListUsers,
  adminCreateUser: admin.adminCreateUser,
  adminChangeUser: admin.adminChangeUser,
  adminListSessions: admin.adminListSessions,
  adminEndSession: admin.adminEndSession,
  adminListAuditEvents: admin.adminListAuditEvents,
  adminListKeys: admin.adminListKeys,
  adminRotateKeys: admin.adminRotateKeys,
  adminListConsents: consents.adminListConsents,
  adminWithdrawConsent: consents.adminWithdrawConsent,
  adminListClients: clients.adminListClients,
  adminCreateClient: clients.adminCreateClient,
  adminShowClient: clients.adminShowClient,
  adminChangeClient: clients.adminChangeClient,
  adminRemoveClient: clients.adminRemoveClient,
  adminNewClientSecret: clients.adminNewClientSecret,
  adminListResources: resources.adminListResources,
  adminDeclareResource: resources.adminDeclareResource,
  adminRemoveResource: resources.adminRemoveResource,
  adminListProviders: providers.adminListProviders,
  adminShowProvider: providers.adminShowProvider,
  adminDeclareProvider: providers.adminDeclareProvider,
  adminRemoveProvider: providers.adminRemoveProvider,
  adminApply: apply.adminApply,
  signInIdentifier: federation.signInIdentifier,
  beginFederatedSignIn: federation.beginFederatedSignIn,
  finishFederatedSignIn: federation.finishFederatedSignIn,
  receiveLogout: federation.receiveLogout,
  stepUpOptions: stepUp.stepUpOptions,
  stepUpWithPassword: stepUp.stepUpWithPassword,
  openIdConfiguration: oauth.openIdConfiguration,
  authorizationServerMetadata: oauth.authorizationServerMetadata,
  authorize: oauth.authorize,
  pushAuthorizationRequest: oauth.pushAuthorizationRequest,
  token: oauth.token,
  authorizeDevice: oauth.authorizeDevice,
  revokeToken: oauth.revokeToken,
  introspectToken: oauth.introspectToken,
  userInfo: oauth.userInfo,
  postUserInfo: oauth.postUserInfo,
  endSessionByClient: oauth.endSessionByClient,
  registerClient: registration.registerClient,
  jwks: operations.jwks,
  healthLive: operations.healthLive,
  healthReady: operations.healthReady,
} as const;
