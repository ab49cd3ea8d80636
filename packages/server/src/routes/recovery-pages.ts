import { type RefusalCode, refusalOf } from '@argus/contract';
import type { LinkKind } from '@argus/core';
import { userFacts } from '@argus/store';
import { newOwner, ownerOf, ruleFor } from '../authenticators/password/owner.ts';
import { attemptOf, attemptRefusal } from '../flows/attempt.ts';
import { type Answer, isRefused, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { noRoomPage } from '../http/refusal-page.ts';
import { type Call, paced, type Route } from '../http/route.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { type ConfirmView, confirmPage, recoverPage, resetPasswordPage } from '../pages/index.ts';
import { stopRecovery } from '../recovery/administer-recovery.ts';
import { beginRecovery } from '../recovery/begin-recovery.ts';
import { changeEmail, sendVerification } from '../recovery/change-email.ts';
import { completeRecovery } from '../recovery/complete-recovery.ts';
import { type OpenedLink, openMailLink } from '../recovery/open-link.ts';
import { undoChanges } from '../recovery/undo-changes.ts';
import { verifyEmail } from '../recovery/verify-email.ts';
import type { Services } from '../services.ts';
import { isGoingOn } from '../sign-in/outcome.ts';
import { stepUpPath } from '../step-up/step-up-path.ts';
import { accountAnswer } from './account-answer.ts';
import { tenantOfPage, toNextStep } from './next-step-page.ts';
import { visitForm } from './visit-form.ts';

/** What links in mails open: a page with a button. Opening it changes nothing. */
interface LinkPage {
  readonly path: '/verify-email' | '/undo' | '/stop-recovery';
  readonly kinds: readonly LinkKind[];
  shown(kind: LinkKind): ConfirmView['kind'];
  act(services: Services, call: Call, token: string): Promise<Answer | Refused>;
}

const linkPages: readonly LinkPage[] = [
  {
    path: '/verify-email',
    kinds: ['verify-email', 'change-email'],
    shown: (kind) => (kind === 'change-email' ? kind : 'verify-email'),
    async act(services, { tenant, origin }, token) {
      const outcome = await verifyEmail(services, { tenant, origin, token });
      if (isRefused(outcome)) return outcome;
      return seeOther(`/sign-in?notice=email-${outcome.state}`);
    },
  },
  {
    path: '/undo',
    kinds: ['undo-changes'],
    shown: () => 'undo',
    async act(services, { tenant, origin }, token) {
      const outcome = await undoChanges(services, { tenant, origin, token });
      return isRefused(outcome) ? outcome : seeOther('/sign-in?notice=changes-undone');
    },
  },
  {
    path: '/stop-recovery',
    kinds: ['stop-recovery'],
    shown: () => 'stop-recovery',
    async act(services, { tenant, origin }, token) {
      const outcome = await stopRecovery(services, { tenant, origin, token });
      return isRefused(outcome) ? outcome : seeOther('/sign-in?notice=recovery-stopped');
    },
  },
];

export const recoveryPageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/recover',
    accepts: 'nothing',
    handle: (services, call) => recoverAnswer(services, call),
  },
  {
    method: 'POST',
    path: '/recover',
    accepts: 'form',
    tenantBy: 'address',
    paced: 'all',
    handle: takeRecover,
  },
  {
    method: 'GET',
    path: '/reset',
    accepts: 'nothing',
    tenantBy: 'link',
    handle: (services, call) => resetAnswer(services, call),
  },
  { method: 'POST', path: '/reset', accepts: 'form', tenantBy: 'link', handle: takeReset },
  ...linkPages.flatMap(routesOf),
  paced(
    'all',
    visitForm('/account/email', async (services, call, visit) => {
      const { email = '' } = fieldsOf(call);
      const outcome = await changeEmail(services, visit.current, {
        email: email.slice(0, 255),
        origin: call.origin,
      });
      if (!isRefused(outcome)) return seeOther('/account?notice=email-change-sent#email-address');
      if (outcome.needs) return seeOther(stepUpPath(outcome, '/account#email-address'));
      return accountAnswer(services, call, { visit, refusal: outcome.refused });
    }),
  ),
  visitForm('/account/email/verify', async (services, call, visit) => {
    const outcome = await sendVerification(services, visit.current, call.origin);
    if (isRefused(outcome)) return accountAnswer(services, call, { visit, refusal: outcome.refused });
    return seeOther('/account?notice=verification-sent#email-address');
  }),
];

/** A form that is no longer good is told first: whether its link is, nobody has asked yet. */
function refusalOn(isOpen: boolean, refused: Refused | undefined): RefusalCode | undefined {
  return isOpen || refused?.refused === 'form_expired' ? refused?.refused : 'link_invalid';
}

function routesOf(page: LinkPage): Route[] {
  const { path } = page;
  return [
    {
      method: 'GET',
      path,
      accepts: 'nothing',
      tenantBy: 'link',
      handle: (services, call) => linkAnswer(services, call, { page }),
    },
    {
      method: 'POST',
      path,
      accepts: 'form',
      tenantBy: 'link',
      async handle(services, call) {
        if (attemptRefusal(services, call))
          return linkAnswer(services, call, { page, refused: { refused: 'form_expired' } });
        const outcome = await page.act(services, call, fieldsOf(call).token ?? '');
        return isRefused(outcome) ? linkAnswer(services, call, { page, refused: outcome }) : outcome;
      },
    },
  ];
}

async function linkAnswer(
  services: Services,
  call: Call,
  { page, refused }: { readonly page: LinkPage; readonly refused?: Refused },
): Promise<Answer> {
  const token = fieldsOf(call).token ?? call.query.token ?? '';
  const opened = await openMailLink(services, { tenant: call.tenant, token }, page.kinds);
  const attempt = attemptOf(services, call);
  const refusal = refusalOn(opened !== null, refused);
  const html = confirmPage({
    formToken: attempt.formToken,
    token,
    kind: page.shown(opened?.link.kind ?? page.kinds[0] ?? 'verify-email'),
    email: opened?.link.details.email ?? opened?.link.details.previousEmail,
    refusal,
    retryAfterSeconds: refused?.retryAfterSeconds,
  });
  return { status: refusal ? refusalOf(refusal).status : 200, html, cookies: attempt.cookies };
}

async function recoverAnswer(
  services: Services,
  call: Call,
  shown: { readonly refused?: Refused; readonly isSent?: boolean } = {},
): Promise<Answer> {
  const attempt = attemptOf(services, call);
  const request = await requestOf(services, call);
  const { refused, isSent } = shown;
  const html = recoverPage({
    formToken: attempt.formToken,
    email: fieldsOf(call).email?.slice(0, 254),
    request: request?.sealed,
    isSent,
    refusal: refused?.refused,
    retryAfterSeconds: refused?.retryAfterSeconds,
  });
  return { status: refused ? refusalOf(refused.refused).status : 200, html, cookies: attempt.cookies };
}

async function takeRecover(services: Services, call: Call): Promise<Answer> {
  if (attemptRefusal(services, call))
    return recoverAnswer(services, call, { refused: { refused: 'form_expired' } });
  const { email = '' } = fieldsOf(call);
  const tenant = tenantOfPage(call, await requestOf(services, call));
  const outcome = await beginRecovery(services, { tenant, email: email.slice(0, 255), origin: call.origin });
  return recoverAnswer(services, call, isRefused(outcome) ? { refused: outcome } : { isSent: true });
}

async function resetAnswer(services: Services, call: Call, refused?: Refused): Promise<Answer> {
  const token = fieldsOf(call).token ?? call.query.token ?? '';
  const opened = await openMailLink(services, { tenant: call.tenant, token }, ['reset-password']);
  const attempt = attemptOf(services, call);
  const refusal = refusalOn(opened !== null, refused);
  const html = resetPasswordPage({
    formToken: attempt.formToken,
    token,
    email: opened?.user.email,
    refusal,
    retryAfterSeconds: refused?.retryAfterSeconds,
    rule: await ruleOfLink(services, call, opened),
  });
  return { status: refusal ? refusalOf(refusal).status : 200, html, cookies: attempt.cookies };
}

/** As it will be judged (see `completeRecovery`). */
async function ruleOfLink(services: Services, call: Call, opened: OpenedLink | null) {
  const { tenant, origin } = call;
  const user = opened?.user;
  const ask = user?.emailVerifiedAt ? { userId: user.id, secretHash: null } : null;
  const record = ask && (await userFacts(services.store.pool, tenant, ask));
  return ruleFor(services, record ? ownerOf(tenant, record, origin) : newOwner(tenant, user ?? {}, origin));
}

async function takeReset(services: Services, call: Call): Promise<Answer> {
  if (attemptRefusal(services, call)) return resetAnswer(services, call, { refused: 'form_expired' });
  const { token = '', password = '' } = fieldsOf(call);
  if (password.length > 1024) return resetAnswer(services, call, { refused: 'password_too_long' });
  const { tenant, cookies, origin } = call;
  const outcome = await completeRecovery(services, { tenant, token, password, cookies, origin });
  if (isRefused(outcome) && outcome.refused === 'too_many_sessions') return noRoomPage();
  if (isRefused(outcome)) return resetAnswer(services, call, outcome);
  return isGoingOn(outcome)
    ? toNextStep(call, { returnTo: '/account', cookies: outcome.cookies })
    : seeOther('/account?notice=password-changed', outcome.cookies);
}
