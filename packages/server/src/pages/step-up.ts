import type { RefusalCode } from '@argus/contract';
import { anotherAccount } from './asked-access.ts';
import { accountForPasswordManagers, field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { passkeyForm, passkeyScripts } from './passkey-form.ts';
import { type Problem, problemOf } from './problem-words.ts';
import { providerButtons, type ShownProvider } from './provider-buttons.ts';
import { isInWindow, windowScripts } from './window.ts';

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
  /** By what this very person can prove themselves, the best first. */
  readonly methods: readonly ProvingMethod[];
}

export type ProvingMethod = 'password' | 'passkey' | 'totp' | 'federated';

/**
 * Ask a signed-in person to prove again who they are (RFC 9470): by password, `POST /step-up`, by `POST /step-up/totp`
 * or `POST /step-up/passkey`, or at a provider.
 */
export function stepUpPage(v: StepUpView): string {
  const asked = { page: 'step-up', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  const hasPasskey = v.methods.includes('passkey');
  const typed = typedMethods.filter((method) => v.methods.includes(method));
  return framed({
    heading: 'Confirm that it is you',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: [...(hasPasskey ? passkeyScripts : []), ...(isInWindow(v.returnTo) ? windowScripts : [])],
    body: html`<h1>Confirm that it is you</h1>
${reason(v)}
${problemSummary(problem)}
<p class="fixed"><span>Signed in as</span> <bdi>${v.email}</bdi></p>
${hasPasskey && passkeyPart(v)}
${typed.map((method, index) => html`${index > 0 && or}${method === 'totp' ? totpForm(v, problem) : passwordForm(v, problem)}`)}
${providerButtons({
  providers: v.providers ?? [],
  verb: 'Confirm with',
  isAlone: !hasPasskey && typed.length === 0,
  formToken: v.formToken,
  fields: { request: v.request, returnTo: v.returnTo, purpose: 'step-up' },
})}
${wayOut(v)}`,
  });
}

function reason({ clientName }: StepUpView): Html {
  return html`<p class="lead">You are signed in, but ${clientName ? html`<strong><bdi>${clientName}</bdi></strong> asks` : 'the next step asks'} for a fresh proof: that it is still you, and not somebody who found this browser open. You stay signed in either way.</p>`;
}

/** What is typed, the stronger first: in this order on the page. */
const typedMethods = ['totp', 'password'] as const;
const or = html`<p class="or">or</p>`;

function passkeyPart(v: StepUpView): Html {
  const isAlone = v.methods.every((method) => method === 'passkey' || method === 'federated');
  return passkeyForm({
    ceremony: 'get',
    action: '/step-up/passkey',
    options: '/step-up/passkey/options',
    formToken: v.formToken,
    label: 'Confirm with a passkey',
    fields: waiting(v),
    after: !isAlone && or,
    isPrimary: true,
    isOneOfSeveral: !isAlone,
  });
}

function totpForm(v: StepUpView, problem: Problem | undefined): Html {
  return postForm(
    { action: '/step-up/totp', formToken: v.formToken },
    html`${waiting(v)}
${field({ name: 'code', label: 'Code from your authenticator app', type: 'digits', autocomplete: 'one-time-code', maxLength: 40, isFirst: isFirst('totp', v, problem) }, problem)}
${submit('code', v)}`,
  );
}

function passwordForm(v: StepUpView, problem: Problem | undefined): Html {
  return postForm(
    { action: '/step-up', formToken: v.formToken },
    html`${waiting(v)}
${accountForPasswordManagers(v.email)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxLength: 1024, isFirst: isFirst('password', v, problem) }, problem)}
${submit('password', v)}`,
  );
}

function waiting({ request, returnTo }: StepUpView): HtmlValue {
  return [hidden('request', request), hidden('returnTo', returnTo)];
}

/** The focus goes where something was wrong, else to the only field. */
function isFirst(
  method: 'totp' | 'password',
  { methods }: StepUpView,
  problem: Problem | undefined,
): boolean {
  const wrong = problem?.fields[0];
  if (wrong) return wrong === (method === 'totp' ? 'code' : 'password');
  return methods.every((other) => other === method || other === 'federated');
}

/** The best way stands out; where it has another beside it, its button says which it is. */
function submit(what: 'code' | 'password', { methods }: StepUpView): Html {
  const hasBoth = methods.includes('totp') && methods.includes('password');
  const isBest = !methods.includes('passkey') && !(what === 'password' && hasBoth);
  return html`<button class="${isBest ? 'button primary' : 'button'}">Confirm${hasBoth && html` with ${what}`}</button>`;
}

function wayOut(v: StepUpView): Html {
  const { request, formToken, returnTo } = v;
  if (isInWindow(returnTo)) return html`<p class="aside">Do not want to go on? Close this window.</p>`;
  if (request === undefined) {
    return html`<p class="aside">Do not want to go on? <a href="/account">Back to your account</a></p>`;
  }
  return html`<div class="aside"><p>Not you?</p>
${anotherAccount({ formToken, request })}</div>`;
}
