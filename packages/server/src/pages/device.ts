import type { RefusalCode } from '@argus/contract';
import { type AskingClient, accessSection, type ShownScope, strangerCaution } from './asked-access.ts';
import { answers, caution, field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { problemOf } from './problem-words.ts';

export interface DeviceView {
  readonly formToken: string;
  readonly userCode?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

// RFC 8628 §5.4: who begins the flow on a device of their own and sends the code to others gets in as them.
const sentByOthers = caution(
  html`<p><strong>Did somebody send you a code?</strong> Then stop here: whoever sent it would be signed in as you. A real code stands on the screen of a device that you are using yourself, right now.</p>`,
);

/** Take the code that a device shows: `POST /device` (RFC 8628 §3.3). */
export function devicePage(v: DeviceView): string {
  const asked = { page: 'device', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  return framed({
    heading: 'Sign in on a device',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>Sign in on a device</h1>
<p class="lead">A television, a console or a command line shows a code when you choose to sign in on it. Type that code here.</p>
${problemSummary(problem)}
${postForm(
  { action: '/device', formToken: v.formToken },
  html`${field({ name: 'userCode', label: 'Code on your device', type: 'code', autocomplete: 'off', value: v.userCode, hint: 'Small letters and missing hyphens do not matter.', maxLength: 40, isFirst: true }, problem)}
<button class="button primary">Go on</button>`,
)}
${sentByOthers}`,
  });
}

export interface DeviceConfirmView {
  readonly formToken: string;
  readonly userCode: string;
  readonly client: AskingClient;
  readonly scopes: readonly ShownScope[];
  /** Where the device asked from, and what it says it is. */
  readonly ip: string;
  readonly device: string | null;
  readonly email: string;
}

/** Ask whether the device may act for the person: `POST /device/decide` with `allow` or `deny` (RFC 8628 §3.3). */
export function deviceConfirmPage(v: DeviceConfirmView): string {
  return framed({
    heading: 'Allow a device',
    shape: 'narrow',
    body: html`<h1>Sign <bdi>${v.client.name}</bdi> in to your account?</h1>
<p class="lead">You are signed in as <strong><bdi>${v.email}</bdi></strong>.</p>
<div class="shown-code"><p>Does your device show this code?</p>
<p class="code">${v.userCode}</p></div>
${sentByOthers}
${strangerCaution(v.client)}
${accessSection(v.scopes)}
${whoAsks(v)}
${postForm(
  { action: '/device/decide', formToken: v.formToken },
  html`${hidden('userCode', v.userCode)}
${answers('decision', [
  { value: 'allow', label: 'Allow' },
  { value: 'deny', label: 'Do not allow' },
])}`,
)}`,
  });
}

function whoAsks(v: DeviceConfirmView): Html {
  return html`<dl class="facts">
<div><dt>Asked by</dt> <dd>${v.device !== null && html`<bdi>${v.device}</bdi> `}<span class="address">from ${v.ip}</span></dd></div>
<div><dt>How long</dt> <dd>Until your session here ends.</dd></div>
<div><dt>If you change your mind</dt> <dd>Withdraw it in your account, under Applications.</dd></div>
</dl>`;
}

/** The end of the flow in the browser; the device learns of it by itself. */
export function deviceDonePage({ isApproved }: { readonly isApproved: boolean }): string {
  const heading = isApproved ? 'Your device is allowed' : 'The device was not allowed';
  return framed({
    heading,
    shape: 'narrow',
    body: html`<h1>${heading}</h1>
<p class="lead">${
      isApproved
        ? 'Go back to it: it goes on by itself in a few seconds. You can close this page.'
        : 'It received nothing. If somebody sent you the code, you did right; there is nothing more to do.'
    }</p>
<p class="aside"><a href="/account">Your account</a></p>`,
  });
}
