import { caution, hidden, postForm } from './form.ts';
import { type Html, html } from './html.ts';

/** An application, as the person who decides must see it. */
export interface AskingClient {
  readonly id: string;
  readonly name: string;
  /** False for one that registered itself: nobody has checked that its name is its own. */
  readonly isVerified: boolean;
}

/** A scope and what it means, said to the person. */
export interface ShownScope {
  readonly name: string;
  readonly sentence: string;
}

/** A service that the application will be able to call. */
export interface ShownResource {
  readonly id: string;
  readonly name: string;
}

/** What to think of before trusting an application that chose its own name. */
export function strangerCaution({ isVerified }: AskingClient): Html | undefined {
  if (isVerified) return undefined;
  return caution(
    html`<p><strong>Not verified: nobody has checked this application.</strong> It chose its name itself and may not be who it says it is. Allow it only if you began this yourself and know where it came from.</p>`,
  );
}

/** What the application will see and do. Nothing here can be ticked: the answer is one, to all of it. */
export function accessSection(scopes: readonly ShownScope[], resources: readonly ShownResource[] = []): Html {
  return html`<div class="access">
<h2>It will be able to</h2>
<ul class="points">
${scopes.map(({ sentence }) => html`<li>${sentence}</li>`)}
</ul>
${
  resources.length > 0 &&
  html`<h2>It may call these services for you</h2>
<ul class="points">
${resources.map(({ id, name }) => html`<li><bdi>${name}</bdi>${name !== id && html` <span class="address">${id}</span>`}</li>`)}
</ul>`
}
</div>`;
}

/** The way out for whoever is signed in with another account than they want here. */
export function anotherAccount(v: { readonly formToken: string; readonly request: string }): Html {
  return postForm(
    { action: '/oauth/account', formToken: v.formToken, class: 'act' },
    html`${hidden('request', v.request)}
<button class="button plain" name="decision" value="other">Use another account</button>`,
  );
}
