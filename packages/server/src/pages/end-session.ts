import { answers, hidden, postForm } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';

export interface EndSessionView {
  readonly formToken: string;
  /** Who sent the person here, when that is known. */
  readonly clientName?: string | undefined;
  /** The parameters of the request, which go back with the answer. */
  readonly fields: Readonly<Record<string, string>>;
  readonly isSignedIn: boolean;
}

/** Ask before signing out: `POST /oauth/end_session/confirm` (OIDC RP-Initiated Logout §2). */
export function endSessionPage(v: EndSessionView): string {
  const heading = v.isSignedIn ? 'Sign out?' : 'You are not signed in here';
  return framed({
    heading,
    shape: 'narrow',
    body: html`<h1>${heading}</h1>
${v.isSignedIn ? whatEnds(v.clientName) : html`<p class="lead">There is no session in this browser that could end.</p>`}
${postForm(
  { action: '/oauth/end_session/confirm', formToken: v.formToken },
  html`${Object.entries(v.fields)
    .filter(([name]) => !ownFields.has(name))
    .map(([name, value]) => hidden(name, value))}
${
  v.isSignedIn
    ? answers('decision', signedInAnswers)
    : html`${hidden('decision', 'yes')}
<button class="button primary">Go on</button>`
}`,
)}`,
  });
}

// What a request brings along must not answer for the person.
const ownFields: ReadonlySet<string> = new Set(['formToken', 'decision']);

const signedInAnswers = [
  { value: 'yes', label: 'Sign out' },
  { value: 'no', label: 'Stay signed in' },
] as const;

function whatEnds(clientName: string | undefined): Html {
  return html`<p class="lead">${clientName ? html`<strong><bdi>${clientName}</bdi></strong> asks` : 'An application asks'} to end your session in this browser.</p>
<ul class="points">
<li>You will be signed out here, and applications lose the access they got through this session.</li>
<li>Your sessions in other browsers and on other devices go on.</li>
</ul>`;
}

export interface SignedOutView {
  /** Where the application wants the person back: a registered address, with the request's `state`. */
  readonly returnHref?: string | undefined;
  readonly clientName?: string | undefined;
}

/** The end of a sign-out that leads nowhere by itself. */
export function signedOutPage(v: SignedOutView): string {
  const href = v.returnHref && siteAddress(v.returnHref);
  return framed({
    heading: 'You are signed out',
    shape: 'narrow',
    body: html`<h1>You are signed out</h1>
<p class="lead">Your session in this browser has ended. On a computer that others use, close its windows too.</p>
${href && html`<p class="way-on"><a class="button primary" href="${href}"><span>Back to ${v.clientName ? html`<bdi>${v.clientName}</bdi>` : 'the application'}</span></a></p>`}
<p class="aside"><a href="/sign-in">Sign in again</a></p>`,
  });
}

/** An address of the web, else none: a link must never run script. */
function siteAddress(href: string): string | undefined {
  const protocol = URL.parse(href)?.protocol;
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
