import type { FastifyInstance } from './http/server.ts';
import { createHttpServer } from './http/server.ts';
import { accountAuthenticatorPageRoutes } from './routes/account-authenticator-pages.ts';
import { accountErasurePageRoutes } from './routes/account-erasure-pages.ts';
import { accountPageRoutes } from './routes/account-pages.ts';
import { adminRoutes } from './routes/admin.ts';
import { adminAuthenticatorRoutes } from './routes/admin-authenticators.ts';
import { adminClientRoutes } from './routes/admin-clients.ts';
import { adminExportRoutes } from './routes/admin-export.ts';
import { adminImportRoutes } from './routes/admin-imports.ts';
import { adminPolicyRoutes } from './routes/admin-policy.ts';
import { adminPolicyPreviewRoutes } from './routes/admin-policy-preview.ts';
import { adminProviderRoutes } from './routes/admin-providers.ts';
import { adminRoleRoutes } from './routes/admin-roles.ts';
import { adminServiceRoutes } from './routes/admin-services.ts';
import { adminTenantRoutes } from './routes/admin-tenants.ts';
import { assetRoutes } from './routes/assets.ts';
import { authenticatorRoutes } from './routes/authenticators.ts';
import { consentRoutes } from './routes/consents.ts';
import { federationRoutes } from './routes/federation.ts';
import { invitationPageRoutes } from './routes/invitation-pages.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { oauthDeviceRoutes } from './routes/oauth-device.ts';
import { oauthLogoutRoutes } from './routes/oauth-logout.ts';
import { oauthTokenRoutes } from './routes/oauth-tokens.ts';
import { operationsRoutes, type Readiness } from './routes/operations.ts';
import { personRoutes } from './routes/person.ts';
import { recoveryRoutes } from './routes/recovery.ts';
import { recoveryPageRoutes } from './routes/recovery-pages.ts';
import { registrationRoutes } from './routes/registration.ts';
import { serviceRoutes } from './routes/service.ts';
import { sessionRoutes } from './routes/session.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { signInPageRoutes } from './routes/sign-in-pages.ts';
import { signInStepPageRoutes } from './routes/sign-in-step-pages.ts';
import { signInStepRoutes } from './routes/sign-in-steps.ts';
import { signUpPageRoutes } from './routes/sign-up-pages.ts';
import { stepUpRoutes } from './routes/step-up.ts';
import { stepUpPageRoutes } from './routes/step-up-pages.ts';
import { wellKnownRoutes } from './routes/well-known.ts';
import type { Services } from './services.ts';

export interface App {
  readonly http: FastifyInstance;
  readonly readiness: Readiness;
}

/** The whole server over its services, not yet listening. */
export function createApp(services: Services): App {
  const readiness: Readiness = { state: 'ok' };
  const routes = [
    ...operationsRoutes(readiness),
    ...signInRoutes,
    ...signInStepRoutes,
    ...authenticatorRoutes,
    ...sessionRoutes,
    ...consentRoutes,
    ...personRoutes,
    ...invitationRoutes,
    ...invitationPageRoutes,
    ...adminRoutes,
    ...adminClientRoutes,
    ...adminExportRoutes,
    ...adminImportRoutes,
    ...adminProviderRoutes,
    ...adminServiceRoutes,
    ...adminRoleRoutes,
    ...adminPolicyPreviewRoutes,
    ...adminPolicyRoutes,
    ...adminTenantRoutes,
    ...serviceRoutes,
    ...adminAuthenticatorRoutes,
    ...recoveryRoutes,
    ...recoveryPageRoutes,
    ...signInPageRoutes,
    ...signInStepPageRoutes,
    ...assetRoutes,
    ...wellKnownRoutes,
    ...signUpPageRoutes,
    ...accountPageRoutes,
    ...accountErasurePageRoutes,
    ...accountAuthenticatorPageRoutes,
    ...stepUpRoutes,
    ...stepUpPageRoutes,
    ...federationRoutes,
    ...oauthRoutes,
    ...registrationRoutes,
    ...oauthTokenRoutes,
    ...oauthDeviceRoutes,
    ...oauthLogoutRoutes,
  ];
  return { http: createHttpServer(services, routes), readiness };
}
