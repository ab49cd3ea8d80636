import type { RefusalCode } from '@argus/contract';
import type { AccountView } from './account-view.ts';
import { caution, field, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { messagePage } from './message.ts';
import { problemOf } from './problem-words.ts';

/** What is kept of the person: to download, `POST /account/export`, and to erase, which a page of its own asks about. */
export function dataSection({ formToken }: AccountView): Html {
  return html`<section id="your-data" aria-labelledby="your-data-heading">
<h2 id="your-data-heading">Your data</h2>
<p class="lead">Everything that is kept of you here: your account, devices, sessions, and what happened to them.</p>
${postForm(
  { action: '/account/export', formToken, class: 'act' },
  html`<button class="button">Download my data</button>`,
)}
<p class="way-on"><a class="button grave" href="/account/erase">Erase my account</a></p>
</section>`;
}

export interface EraseView {
  readonly formToken: string;
  readonly email: string;
  readonly refusal?: RefusalCode | undefined;
}

/** Whether the person means it: `POST /account/erase`. */
export function erasePage(v: EraseView): string {
  const problem = v.refusal && problemOf(v.refusal, { page: 'erase' });
  return framed({
    heading: 'Erase your account',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>Erase your account</h1>
<p class="lead">You sign out everywhere now, and within the hour we begin to erase what is kept of you.</p>
${problemSummary(problem)}
${caution(html`<div><p>This cannot be taken back. Applications that you signed in to may keep what they have of you: ask them.</p>
<p>A record stays that something happened, without whom it was about.</p></div>`)}
<p class="fixed"><span>E-mail address</span> <bdi>${v.email}</bdi></p>
${postForm(
  { action: '/account/erase', formToken: v.formToken },
  html`${field(
    {
      name: 'confirm',
      label: 'Type this address to confirm',
      type: 'email',
      autocomplete: 'off',
      maxLength: 254,
      isFirst: true,
    },
    problem,
  )}
<button class="button grave">Erase my account</button>`,
)}
<p class="way-on"><a class="button" href="/account#your-data">Keep my account</a></p>`,
  });
}

/** Nobody is signed in any more. */
export const erasedPage = (): string =>
  messagePage({
    title: 'Your account is being erased',
    message: 'You are signed out everywhere. Within the hour we begin to erase what was kept of you here.',
    action: { href: '/sign-in', label: 'Go to sign-in' },
  });
