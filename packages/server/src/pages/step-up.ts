import type { RefusalCode } from '@argus/contract';
import { anotherAccount } from './asked-access.ts';
import { accountForPasswordManagers, field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { type Problem, problemOf } from './problem-words.ts';
import { providerButtons, type ShownProvider } from './provider-buttons.ts';

export interface StepUpView {
  readonly formToken: string;
  readonly email: string;
  /** The sealed authorization request that asks for it; else `returnTo` says where to go on. */
  readonly request?: string | undefined;
  readonly returnTo?: string | undefined;
  readonly clientName?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Providers that this very person can prove themselves with. */
  readonly providers?: readonly ShownProvider[] | undefined;
  /** False for a person who only ever came through a provider. */
  readonly hasPassword?: boolean | undefined;
}

/** Ask a signed-in person to prove again who they are: `POST /step-up` (RFC 9470). */
export function stepUpPage(v: StepUpView): string {
  const asked = { page: 'step-up', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  const hasPassword = v.hasPassword ?? true;
  return framed({
    heading: 'Confirm that it is you',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>Confirm that it is you</h1>
${reason(v)}
${problemSummary(problem)}
<p class="fixed"><span>Signed in as</span> <bdi>${v.email}</bdi></p>
${hasPassword && passwordForm(v, problem)}
${providerButtons({
  providers: v.providers ?? [],
  verb: 'Confirm with',
  isAlone: !hasPassword,
  formToken: v.formToken,
  fields: { request: v.request, returnTo: v.returnTo, purpose: 'step-up' },
})}
${wayOut(v)}`,
  });
}

function reason({ clientName }: StepUpView): Html {
  return html`<p class="lead">You are signed in, but ${clientName ? html`<strong><bdi>${clientName}</bdi></strong> asks` : 'the next step asks'} for a fresh proof: that it is still you, and not somebody who found this browser open. You stay signed in either way.</p>`;
}

function passwordForm(v: StepUpView, problem: Problem | undefined): Html {
  return postForm(
    { action: '/step-up', formToken: v.formToken },
    html`${hidden('request', v.request)}${hidden('returnTo', v.returnTo)}
${accountForPasswordManagers(v.email)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxLength: 1024, isFirst: true }, problem)}
<button class="button primary">Confirm</button>`,
  );
}

function wayOut(v: StepUpView): Html {
  const { request, formToken } = v;
  if (request === undefined) {
    return html`<p class="aside">Do not want to go on? <a href="/account">Back to your account</a></p>`;
  }
  return html`<div class="aside"><p>Not you?</p>
${anotherAccount({ formToken, request })}</div>`;
}
