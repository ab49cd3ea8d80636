import { hidden, postForm } from './form.ts';
import { type Html, html } from './html.ts';

/** Another place where people can prove who they are. */
export interface ShownProvider {
  readonly id: string;
  readonly name: string;
}

interface ProviderButtons {
  readonly providers: readonly ShownProvider[];
  /** Comes before the provider's name on its button. */
  readonly verb: string;
  readonly formToken: string;
  /** What goes along to `POST /sign-in/federated/{id}`. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  /** There is no other way above them, so nothing to say "or" to. */
  readonly isAlone?: boolean;
  /** Stands among them: the form of a passkey. */
  readonly passkey?: Html | false | undefined;
}

/** One button for each provider; each is a form of its own, so that no script is needed. */
export function providerButtons(buttons: ProviderButtons): Html | undefined {
  const { providers, isAlone, passkey } = buttons;
  if (providers.length === 0 && !passkey) return undefined;
  return html`<div class="providers">
${!isAlone && html`<p class="or">or</p>`}
${passkey}
${providers.map((provider) => providerButton(provider, buttons))}
</div>`;
}

function providerButton({ id, name }: ShownProvider, { verb, formToken, fields }: ProviderButtons): Html {
  return postForm(
    { action: `/sign-in/federated/${encodeURIComponent(id.toWellFormed())}`, formToken, class: 'act' },
    html`${Object.entries(fields).map(([field, value]) => hidden(field, value))}
<button class="button"><span>${verb} <bdi>${name}</bdi></span></button>`,
  );
}
