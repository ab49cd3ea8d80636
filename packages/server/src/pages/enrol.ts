import type { RefusalCode } from '@argus/contract';
import { carrying } from './carrying.ts';
import { enrolmentForm, type ShownEnrolment } from './enrolment.ts';
import { hidden, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { passkeyForm, passkeyScripts } from './passkey-form.ts';
import { problemOf } from './problem-words.ts';

export interface EnrolView {
  readonly formToken: string;
  /** The sealed authorization request that waits for this sign-in. */
  readonly request?: string | undefined;
  readonly returnTo: string;
  readonly clientName?: string | undefined;
  readonly methods: readonly ('passkey' | 'totp')[];
  /** Wanted where `methods` has `totp`. */
  readonly totp?: ShownEnrolment | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** A sign-in that demands a factor which is not there yet: `POST /sign-in/enrol/passkey` or `/sign-in/enrol/totp`. */
export function enrolPage(v: EnrolView): string {
  const heading = 'Add a second proof';
  const asked = { page: 'enrol', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  const hasPasskey = v.methods.includes('passkey');
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: hasPasskey ? passkeyScripts : undefined,
    body: html`<h1>${heading}</h1>
<p class="lead">Your account needs more than a password, because passwords get stolen. Set this up once${v.clientName && html`, and then go on to <strong><bdi>${v.clientName}</bdi></strong>`}. ${hasPasskey && v.totp && 'Choose one; the other can follow later.'}</p>
${problemSummary(problem)}
${hasPasskey && passkeyPart(v)}
${hasPasskey && v.totp && html`<p class="or">or</p>`}
${
  v.totp &&
  html`<div class="choice"><h2>An authenticator app</h2>
${enrolmentForm({ action: '/sign-in/enrol/totp', formToken: v.formToken, enrolment: v.totp, fields: waiting(v), isFirst: problem?.fields.includes('code') ?? false }, problem)}</div>`
}
<p class="aside"><a href="${carrying('/sign-in', { request: v.request })}">Cancel this sign-in</a></p>`,
  });
}

function passkeyPart(v: EnrolView): Html {
  return html`<div class="choice"><h2>A passkey</h2>
<p>Your fingerprint, face or device lock, or a security key. It is the quickest, and it works on no false page.</p>
${passkeyForm({
  ceremony: 'create',
  action: '/sign-in/enrol/passkey',
  options: '/sign-in/enrol/passkey/options',
  formToken: v.formToken,
  label: 'Make a passkey',
  fields: waiting(v),
  isPrimary: true,
})}</div>`;
}

function waiting({ request, returnTo }: EnrolView): HtmlValue {
  return [hidden('request', request), hidden('returnTo', returnTo)];
}
