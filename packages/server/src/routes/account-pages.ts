import type { ClientId, SessionId } from '@argus/contract';
import { changePassword } from '../flows/change-password.ts';
import { endSession, endSessionsOfUser } from '../flows/end-sessions.ts';
import { clearedCookies } from '../flows/issue-tokens.ts';
import { visitOf } from '../flows/visit.ts';
import { withdrawConsent } from '../flows/withdraw-consent.ts';
import { isRefused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { refusalPage } from '../http/refusal-page.ts';
import type { Route } from '../http/route.ts';
import type { AccountNotice } from '../pages/index.ts';
import { stepUpPath } from '../step-up/step-up-path.ts';
import { accountAnswer } from './account-answer.ts';
import { toSignIn } from './return-to.ts';
import { visitForm } from './visit-form.ts';

export const accountPageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/account',
    accepts: 'nothing',
    async handle(services, call) {
      const visit = await visitOf(services, call);
      if (isRefused(visit)) return toSignIn(visit, '/account');
      const notice = notices.find((known) => known === call.query.notice);
      return { ...(await accountAnswer(services, call, { visit, notice })), cookies: visit.cookies };
    },
  },
  visitForm('/account/sessions/:id/end', async (services, call, { current }) => {
    const target = {
      sessionId: call.params.id as SessionId,
      userId: current.user.id,
      reason: 'ended-by-user' as const,
    };
    if (!/^[0-9a-f-]{36}$/.test(target.sessionId)) return refusalPage('not_found');
    const outcome = await endSession(
      services,
      { tenant: current.tenant, actor: 'user', origin: call.origin },
      target,
    );
    // Already over is what the person wanted.
    if (isRefused(outcome) && outcome.refused !== 'not_found') return refusalPage(outcome.refused);
    return target.sessionId === current.session.id
      ? seeOther('/sign-in?notice=signed-out', clearedCookies)
      : seeOther('/account?notice=session-ended');
  }),
  visitForm('/account/end-others', async (services, call, { current }) => {
    const target = { userId: current.user.id, except: current.session.id, reason: 'ended-by-user' as const };
    await endSessionsOfUser(services, { tenant: current.tenant, actor: 'user', origin: call.origin }, target);
    return seeOther('/account?notice=others-ended');
  }),
  visitForm('/account/end-all', async (services, call, { current }) => {
    const target = { userId: current.user.id, reason: 'ended-by-user' as const };
    await endSessionsOfUser(services, { tenant: current.tenant, actor: 'user', origin: call.origin }, target);
    return seeOther('/sign-in?notice=signed-out', clearedCookies);
  }),
  visitForm('/account/applications/:id/withdraw', async (services, call, { current }) => {
    const { tenant, user } = current;
    const clientId = (call.params.id ?? '').slice(0, 128) as ClientId; // of no client, if it has not the form of one
    const by = { tenant, actor: 'user', origin: call.origin };
    const outcome = await withdrawConsent(services, by, { userId: user.id, clientId });
    // Already withdrawn is what the person wanted.
    return outcome && outcome.refused !== 'not_found'
      ? refusalPage(outcome.refused)
      : seeOther('/account?notice=application-withdrawn');
  }),
  visitForm('/account/password', async (services, call, visit) => {
    const { currentPassword = '', newPassword = '' } = fieldsOf(call);
    if (newPassword.length > 1024)
      return accountAnswer(services, call, { visit, refusal: 'password_too_long' });
    const { cookies, origin } = call;
    const change = { currentPassword: currentPassword.slice(0, 1025), newPassword, cookies, origin };
    const outcome = await changePassword(services, visit.current, change);
    if (isRefused(outcome) && outcome.needs) return seeOther(stepUpPath(outcome, '/account#password'));
    if (isRefused(outcome)) return accountAnswer(services, call, { visit, refusal: outcome.refused });
    return seeOther('/account?notice=password-changed', outcome.cookies);
  }),
];

const notices: readonly AccountNotice[] = [
  'session-ended',
  'others-ended',
  'password-changed',
  'application-withdrawn',
  'provider-connected',
  'provider-disconnected',
  'passkey-added',
  'passkey-removed',
  'authenticator-renamed',
  'totp-added',
  'totp-removed',
  'codes-kept',
  'email-verified',
  'email-changed',
  'verification-sent',
  'email-change-sent',
];
