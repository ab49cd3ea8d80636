import { hidden, postForm } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { localPath } from './message.ts';

export interface RecoveryCodesView {
  readonly codes: readonly string[];
  /** Earlier codes were replaced by these. */
  readonly isReplacing?: boolean | undefined;
  /** Where "I have kept them" leads: a path of this origin, or a form where going on takes a POST. */
  readonly continueTo:
    | { readonly href: string }
    | {
        readonly action: string;
        readonly formToken: string;
        readonly fields?: Readonly<Record<string, string | undefined>> | undefined;
      };
}

/** New recovery codes. They are kept as hashes only, so this page is the one time that they can be read. */
export function recoveryCodesPage(v: RecoveryCodesView): string {
  const heading = 'Keep your recovery codes';
  return framed({
    heading,
    shape: 'narrow',
    body: html`<h1>${heading}</h1>
<p class="lead">If your passkey or phone is lost, one of these lets you in. Each works once. <strong>They are shown only now.</strong></p>
<ul class="codes" aria-label="Recovery codes">
${v.codes.map((code) => html`<li><code>${code}</code></li>`)}
</ul>
<ul class="points">
<li>Print this page, write them down, or put them into a password manager.</li>
<li>Keep them where you find them without your phone, and others do not.</li>
${v.isReplacing && html`<li>The codes that you had before no longer work.</li>`}
</ul>
${wayOn(v.continueTo)}`,
  });
}

function wayOn(to: RecoveryCodesView['continueTo']): Html {
  if ('href' in to)
    return html`<p class="way-on"><a class="button primary" href="${localPath(to.href)}">I have kept them</a></p>`;
  return postForm(
    { action: localPath(to.action), formToken: to.formToken },
    html`${Object.entries(to.fields ?? {}).map(([name, value]) => hidden(name, value))}
<button class="button primary">I have kept them</button>`,
  );
}
