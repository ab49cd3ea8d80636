import type { RefusalCode } from '@argus/contract';
import { hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { messagePage } from './message.ts';
import { problemOf } from './problem-words.ts';

export interface ConfirmView {
  readonly formToken: string;
  readonly token: string;
  readonly kind: 'verify-email' | 'change-email' | 'undo' | 'stop-recovery';
  /** The address that is to be confirmed, or that returns. */
  readonly email?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The one button of a link from a mail: it posts the token to the path of the link. Opening it changes nothing. */
export function confirmPage(v: ConfirmView): string {
  if (v.refusal === 'link_invalid') return deadLink;
  const { heading, lead, points, submit, path } = links[v.kind];
  const asked = { page: 'mail-link', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>${heading}</h1>
<p class="lead">${lead}</p>
${problemSummary(problem)}
${v.email !== undefined && html`<p class="fixed"><span>E-mail address</span> <bdi>${v.email}</bdi></p>`}
${points && pointsOf(points)}
${postForm(
  { action: path, formToken: v.formToken },
  html`${hidden('token', v.token)}
<button class="button primary">${submit}</button>`,
)}`,
  });
}

interface LinkWords {
  readonly path: '/verify-email' | '/undo' | '/stop-recovery';
  readonly heading: string;
  readonly lead: string;
  readonly points?: readonly string[];
  readonly submit: string;
}

const links: Readonly<Record<ConfirmView['kind'], LinkWords>> = {
  'verify-email': {
    path: '/verify-email',
    heading: 'Confirm your address',
    lead: 'This shows that the address of your account is yours. If you made no account here, close this page.',
    submit: 'Confirm',
  },
  'change-email': {
    path: '/verify-email',
    heading: 'Change your address',
    lead: 'From then on you sign in with this address. If you did not ask for it, close this page.',
    submit: 'Change to this address',
  },
  undo: {
    path: '/undo',
    heading: 'Take changes back',
    lead: 'For when somebody else changed your account. If the changes were yours, close this page.',
    points: [
      'Your e-mail address is again what it was before.',
      'Passkeys and apps that were added with the changes are removed.',
      'All sessions end, and you set a new password by a link that we send you.',
    ],
    submit: 'Take the changes back',
  },
  'stop-recovery': {
    path: '/stop-recovery',
    heading: 'Stop the recovery',
    lead: 'An administrator began to remove the second factors of your account. If you did not ask for it, stop it here. Nothing is removed then.',
    submit: 'Stop the recovery',
  },
};

function pointsOf(points: readonly string[]): Html {
  return html`<ul class="points">
${points.map((point) => html`<li>${point}</li>`)}
</ul>`;
}

const deadLink = messagePage({
  title: 'This link no longer works',
  message: 'It was used already, or its time is over. What you see in your account is what counts.',
  action: { href: '/account', label: 'Go to your account' },
});
