/** Questions about the whole installation: their rows name their tenant, and are tested apart. */
export const ofTheInstallation = [
  'sweepSessions',
  'clientById',
  'ownersOf',
  'unusedClients',
  'isRegisteredOrigin',
  'providersOfIssuer',
  'takeLogoutDeliveries',
  'takeMails',
  'dueRecoveries',
  'forgetExpired',
  'serviceByKey',
  'feedStates',
  'forgetFeedEvents',
  'noteFeedPolicies',
  'clientInForce',
  'tenantsOfInstallation',
  'tenantByName',
  'tenantsOfNames',
  'tenantOfAttempt',
  'tenantOfLink',
  'invitationByHash',
  'endingTenants',
  'takeImport',
  'forgetImports',
  'tenantsToEnforce',
  'dueEarlyEnds',
  'databaseTime',
  'isAnybodyOlder',
  'demandedKeys',
  'tenantsDisablingIdle',
];
/** Questions that the store itself asks, many at once, under another name. */
export const askedTogether = { refreshFactsQuestion: 'refreshFacts', codeFactsQuestion: 'codeFacts' };
/** What the questions' folder exports beside questions. */
export const notQuestions = ['pageOf', 'idCursor', 'timeCursor', 'nameCursor', 'numberCursor', 'documentOf'];
