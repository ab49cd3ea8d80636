import { checkbox, field, hidden, postForm } from './form.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import type { Problem } from './problem-words.ts';

/** The secret of an authenticator app that is not set up yet. */
export interface ShownEnrolment {
  /** A picture of its `otpauth:` address. */
  readonly qr: Html;
  /** The same for typing by hand, in groups. */
  readonly secret: string;
  /** Brings the secret back, sealed. */
  readonly enrolment: string;
}

interface EnrolmentForm {
  readonly action: '/sign-in/enrol/totp' | '/account/totp';
  readonly formToken: string;
  readonly enrolment: ShownEnrolment;
  /** What else goes along. */
  readonly fields?: HtmlValue;
  readonly isFirst: boolean;
  /** For a person who is signed in and may name it. */
  readonly isNamed?: boolean;
}

/** The three steps of setting an authenticator app up. The code at the end shows that the app has the secret. */
export function enrolmentForm(v: EnrolmentForm, problem: Problem | undefined): Html {
  const { qr, secret, enrolment } = v.enrolment;
  return html`<ol class="steps">
<li>Open your authenticator app, or install one that you trust, and choose to add an account.</li>
<li><p>Scan this picture with it.</p>
${qr}
<p>Or type this key into it:</p>
<p class="secret"><code>${secret}</code></p></li>
<li>Type the code that the app shows now.</li>
</ol>
${postForm(
  { action: v.action, formToken: v.formToken },
  html`${hidden('enrolment', enrolment)}${v.fields}
${field({ name: 'code', label: 'Code from the app', type: 'digits', autocomplete: 'one-time-code', maxLength: 40, isFirst: v.isFirst }, problem)}
${
  v.isNamed &&
  html`${field({ name: 'name', label: 'Name of the app or phone', type: 'text', autocomplete: 'off', maxLength: 100, isOptional: true })}
${checkbox({ name: 'endOtherSessions', label: 'End my other sessions too' })}`
}
<button class="button primary">Set up the app</button>`,
)}`;
}
