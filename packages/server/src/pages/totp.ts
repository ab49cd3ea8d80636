import type { RefusalCode } from '@argus/contract';
import { enrolmentForm, type ShownEnrolment } from './enrolment.ts';
import { problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { html } from './html.ts';
import { problemOf } from './problem-words.ts';

export interface TotpView extends ShownEnrolment {
  readonly formToken: string;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** A signed-in person sets an authenticator app up: `POST /account/totp`. It counts once its first code came. */
export function totpPage(v: TotpView): string {
  const heading = 'Set up an authenticator app';
  const asked = { page: 'totp', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  const { formToken } = v;
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>${heading}</h1>
<p class="lead">From then on its code is asked for when you sign in with your password.</p>
${problemSummary(problem)}
${enrolmentForm({ action: '/account/totp', formToken, enrolment: v, isFirst: problem !== undefined, isNamed: true }, problem)}
<p class="aside">Rather not? <a href="/account#authenticator-app">Back to your account</a></p>`,
  });
}
