import type { RefusalCode } from '@argus/contract';
import type { SecondFactor } from '@argus/core';
import { carrying } from './carrying.ts';
import { accountForPasswordManagers, checkbox, field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { passkeyForm, passkeyScripts, type UnknownPasskey, unknownPasskeySignal } from './passkey-form.ts';
import { type Problem, problemOf } from './problem-words.ts';
import { spanWords } from './times.ts';

export interface SecondFactorView {
  readonly formToken: string;
  /** The sealed authorization request that waits for this sign-in. */
  readonly request?: string | undefined;
  readonly returnTo: string;
  readonly clientName?: string | undefined;
  /** By what this person may go on; the others than `shown` are linked. */
  readonly methods: readonly SecondFactor[];
  readonly shown: SecondFactor;
  /** How long this device may be spared the question; 0: not at all. */
  readonly rememberDeviceSeconds: number;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The passkey that was refused because nobody has it any more. */
  readonly unknownPasskey?: UnknownPasskey | undefined;
}

/** Ask for the second proof of a sign-in, one way at a time: `/sign-in/next?method=…`. */
export function secondFactorPage(v: SecondFactorView): string {
  const { heading, lead } = words[v.shown];
  const asked = { page: 'second-factor', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: v.shown === 'passkey' ? passkeyScripts : undefined,
    body: html`<h1>${heading}</h1>
<p class="lead">${lead}${v.clientName && html` Then you go on to <strong><bdi>${v.clientName}</bdi></strong>.`}</p>
${problemSummary(problem)}
${forms[v.shown](v, problem)}
${otherWays(v)}
<p class="aside"><a href="${carrying('/sign-in', { request: v.request })}">Cancel this sign-in</a></p>
${unknownPasskeySignal(v.unknownPasskey)}`,
  });
}

const words: Readonly<Record<SecondFactor, { heading: string; lead: string; link: string }>> = {
  passkey: {
    heading: 'Use your passkey',
    lead: 'One more proof that it is you: your fingerprint, face or device lock, or your security key.',
    link: 'Use a passkey',
  },
  totp: {
    heading: 'Enter your code',
    lead: 'One more proof that it is you: the code that your authenticator app shows now.',
    link: 'Use your authenticator app',
  },
  password: {
    heading: 'Enter your password',
    lead: 'One more proof that it is you: your passkey did not check who held it.',
    link: 'Use your password',
  },
  'recovery-code': {
    heading: 'Use a recovery code',
    lead: 'For when your other ways are out of reach. Each code works once.',
    link: 'Use a recovery code',
  },
};

const forms: Readonly<Record<SecondFactor, (v: SecondFactorView, problem: Problem | undefined) => Html>> = {
  passkey: (v) =>
    passkeyForm({
      ceremony: 'get',
      action: '/sign-in/passkey',
      options: '/sign-in/passkey/options',
      formToken: v.formToken,
      label: 'Use a passkey',
      fields: [waiting(v), remember(v)],
      isPrimary: true,
    }),
  totp: (v, problem) =>
    postForm(
      { action: '/sign-in/totp', formToken: v.formToken },
      html`${waiting(v)}
${field({ name: 'code', label: 'Code', type: 'digits', autocomplete: 'one-time-code', maxLength: 40, isFirst: true }, problem)}
${remember(v)}
<button class="button primary">Go on</button>`,
    ),
  password: (v, problem) =>
    postForm(
      { action: '/sign-in/password', formToken: v.formToken },
      // Without the address: whoever found a passkey that checks nobody must not learn whose it is.
      html`${waiting(v)}${accountForPasswordManagers('')}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxLength: 1024, isFirst: true }, problem)}
<button class="button primary">Go on</button>`,
    ),
  'recovery-code': (v, problem) =>
    postForm(
      { action: '/sign-in/recovery-code', formToken: v.formToken },
      html`${waiting(v)}
${field({ name: 'code', label: 'Recovery code', type: 'code', autocomplete: 'off', hint: 'Small letters and missing hyphens do not matter.', maxLength: 40, isFirst: true }, problem)}
<button class="button primary">Go on</button>`,
    ),
};

function waiting({ request, returnTo }: SecondFactorView): HtmlValue {
  return [hidden('request', request), hidden('returnTo', returnTo)];
}

function remember({ rememberDeviceSeconds: seconds }: SecondFactorView): Html | false {
  return (
    seconds > 0 &&
    checkbox({ name: 'rememberDevice', label: `Do not ask on this device for ${spanWords(seconds)}` })
  );
}

function otherWays({ methods, shown, request, returnTo }: SecondFactorView): Html | false {
  const others = methods.filter((method) => method !== shown);
  return (
    others.length > 0 &&
    html`<div class="other-ways"><h2>Another way</h2>
<ul class="points">
${others.map((method) => html`<li><a href="${carrying('/sign-in/next', { method, returnTo, request })}">${words[method].link}</a></li>`)}
</ul></div>`
  );
}
