import { refusalOf } from '@argus/contract';
import { clearedCookies } from '../flows/issue-tokens.ts';
import { type Visit, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import type { Route } from '../http/route.ts';
import { erasedPage, erasePage } from '../pages/index.ts';
import { eraseOwn } from '../person/erase-person.ts';
import { exportOwn } from '../person/export-person.ts';
import { stepUpPath } from '../step-up/step-up-path.ts';
import { accountAnswer } from './account-answer.ts';
import { download, forgottenDevice } from './person.ts';
import { toSignIn } from './return-to.ts';
import { visitForm } from './visit-form.ts';

const erasing = '/account/erase';

/** What is kept of the person who looks at it, on pages. */
export const accountErasurePageRoutes: readonly Route[] = [
  visitForm('/account/export', async (services, call, visit) => {
    const exported = await exportOwn(services, visit.current, call.origin);
    if (!isRefused(exported)) return download(exported);
    if (exported.needs) return seeOther(stepUpPath(exported, '/account#your-data'));
    return accountAnswer(services, call, { visit, refusal: exported.refused });
  }),
  {
    method: 'GET',
    path: erasing,
    accepts: 'nothing',
    async handle(services, call) {
      const visit = await visitOf(services, call);
      if (isRefused(visit)) return toSignIn(visit, erasing);
      return { ...eraseAnswer(visit), cookies: visit.cookies };
    },
  },
  visitForm(
    erasing,
    async (services, call, visit) => {
      const { confirm = '' } = fieldsOf(call);
      const erased = await eraseOwn(services, visit.current, {
        confirm: confirm.slice(0, 254),
        origin: call.origin,
      });
      if (!isRefused(erased))
        return { status: 200, html: erasedPage(), cookies: [...clearedCookies, forgottenDevice] };
      return erased.needs ? seeOther(stepUpPath(erased, erasing)) : eraseAnswer(visit, erased);
    },
    { returnTo: () => erasing },
  ),
];

function eraseAnswer({ current, formToken }: Visit, refused?: Refused): Answer {
  const html = erasePage({ formToken, email: current.user.email, refusal: refused?.refused });
  return { status: refused ? refusalOf(refused.refused).status : 200, html };
}
