import { authenticatorRow } from './account-authenticator-row.ts';
import type { AccountView } from './account-view.ts';
import { type AuthenticatorOf, ofKind } from './authenticator-kinds.ts';
import { caution, checkbox, field, postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { knownPasskeysSignal, passkeyForm } from './passkey-form.ts';
import { timeBoth } from './times.ts';

/** What the person can prove themselves with, beside the password and providers, which have sections of their own. */
export function authenticatorsSection(v: AccountView): Html | undefined {
  if (!v.authenticators) return undefined;
  const passkeys = ofKind(v.authenticators, 'passkey');
  const [totp] = ofKind(v.authenticators, 'totp');
  const [codes] = ofKind(v.authenticators, 'recovery-code');
  return html`<section id="ways-to-sign-in" aria-labelledby="ways-to-sign-in-heading">
<h2 id="ways-to-sign-in-heading">Ways to sign in</h2>
<p class="lead">Have more than one, so that losing a device does not lock you out.</p>
${passkeysPart(passkeys, v)}
${totpPart(totp, v)}
${(codes !== undefined || totp !== undefined || passkeys.length > 0) && codesPart(codes, v)}
${knownPasskeysSignal(v.knownPasskeys)}
</section>`;
}

function passkeysPart(passkeys: readonly AuthenticatorOf<'passkey'>[], v: AccountView): Html {
  return html`<div class="way" id="passkeys">
<h3>Passkeys</h3>
<p class="lead">Sign in with your fingerprint, face or device lock, or with a security key. Nobody can ask you for one on a false page.</p>
${
  passkeys.length > 0
    ? html`<ul class="rows connected">
${passkeys.map((passkey) => authenticatorRow(passkey, v))}
</ul>`
    : html`<p class="empty">You have no passkey yet.</p>`
}
${passkeyForm({
  ceremony: 'create',
  action: '/account/passkeys',
  options: '/account/passkeys/options',
  formToken: v.formToken,
  label: 'Add a passkey',
  fields: [
    field({
      name: 'name',
      id: 'passkeyName',
      label: 'Name of the new passkey',
      type: 'text',
      autocomplete: 'off',
      maxLength: 100,
      isOptional: true,
    }),
    checkbox({ name: 'endOtherSessions', id: 'passkeyEndOthers', label: 'End my other sessions too' }),
  ],
})}
</div>`;
}

function totpPart(totp: AuthenticatorOf<'totp'> | undefined, v: AccountView): Html {
  return html`<div class="way" id="authenticator-app">
<h3>Authenticator app</h3>
<p class="lead">An app on your phone shows a new code every 30 seconds, also without a network.</p>
${
  totp
    ? html`<ul class="rows connected">
${authenticatorRow(totp, v)}
</ul>`
    : html`<p><a class="button" href="/account/totp">Set up an authenticator app</a></p>`
}
</div>`;
}

/** So few codes are left that it is time for new ones. */
const fewCodes = 3;

function codesPart(
  codes: AuthenticatorOf<'recovery-code'> | undefined,
  { formToken, now }: AccountView,
): Html {
  return html`<div class="way" id="recovery-codes">
<h3>Recovery codes</h3>
<p class="lead">For the day when your other ways are lost. Each code works once.</p>
${
  codes
    ? html`<dl class="facts">
<div><dt>Left</dt> <dd>${codes.left === 1 ? '1 code' : `${codes.left} codes`}</dd></div>
<div><dt>Made</dt> <dd>${timeBoth(codes.createdAt, now)}</dd></div>
</dl>`
    : html`<p class="empty">You have none.</p>`
}
${codes && codes.left <= fewCodes && caution(html`<p><strong>${codes.left === 0 ? 'No code is left.' : 'Few codes are left.'}</strong> Make new ones while you can still sign in.</p>`)}
${postForm(
  { action: '/account/recovery-codes', formToken, class: 'offer' },
  html`<p>${codes ? 'New codes replace all the old ones, also those that you have not used.' : 'Keep them where you would look without your phone.'}</p>
<button class="button">Make ${codes && 'new '}recovery codes</button>`,
)}
</div>`;
}
