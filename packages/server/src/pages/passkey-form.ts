import { hidden, postForm } from './form.ts';
import { type Html, type HtmlValue, html } from './html.ts';

/** The script that passkeys need, for `scripts` of a page that has such a form. */
export const passkeyScripts: readonly string[] = ['/assets/passkey.js'];

interface PasskeyForm {
  /** `get` proves with a passkey that is there, `create` makes one (WebAuthn §5.1.3, §5.1.4). */
  readonly ceremony: 'get' | 'create';
  /** Takes the answer of the browser in its field `credential`. */
  readonly action: string;
  /** Answers `{ options }` to a POST with the fields of the form. */
  readonly options: string;
  readonly formToken: string;
  readonly label: string;
  /** What else goes along. */
  readonly fields?: HtmlValue;
  /** Stands after the button, and is shown only with it. */
  readonly after?: Html | false | undefined;
  readonly isPrimary?: boolean;
  /** The browser may offer passkeys in the autofill of a field before the button is pressed (WebAuthn §5.1.4, `conditional`). */
  readonly isConditional?: boolean;
  /** Other ways stand beside it, so where passkeys do not work nothing is said of them. */
  readonly isOneOfSeveral?: boolean;
}

/**
 * A form that a script fills: nothing but a script can ask for a passkey. Until it runs the button is not shown. What
 * the script may have to say stands in attributes, so that all words are in the pages.
 */
export function passkeyForm(v: PasskeyForm): Html {
  const attributes = html` data-passkey="${v.ceremony}" data-options="${v.options}"${v.isConditional && html` data-conditional`}${sayings(v.ceremony)}`;
  return postForm(
    { action: v.action, formToken: v.formToken, class: 'fields passkey', attributes },
    html`${hidden('credential', '')}${v.fields}
<p class="passkey-problem" data-passkey-problem role="alert" hidden></p>
${!v.isOneOfSeveral && unusable}
<button class="${v.isPrimary ? 'button primary' : 'button'}" hidden>${v.label}</button>
${v.after}`,
  );
}

const absent = 'Passkeys need JavaScript, and a browser that knows them.';
const unusable = html`<p class="hint" data-passkey-absent hidden>${absent}</p><noscript><p class="hint">${absent}</p></noscript>`;

function sayings(ceremony: PasskeyForm['ceremony']): Html {
  const another = ceremony === 'get' ? ', or use another way' : '';
  return html` data-cancelled="${`Nothing came from your passkey: the question was closed, or its time ran out. Try again${another}.`}" data-unsupported="${`This device cannot do what is needed here. Try another passkey${another}.`}" data-exists="This device has a passkey for your account already." data-offline="The server cannot be reached. Check your connection and try again." data-slow-down="Too many tries. Wait a little, then try again." data-failed="That did not work. Load this page again and try once more."`;
}

/** A passkey that the browser offered and the server does not know. */
export interface UnknownPasskey {
  readonly rpId: string;
  /** base64url. */
  readonly credentialId: string;
}

/** Tells the browser to offer it no more (WebAuthn §5.1.10.1). */
export function unknownPasskeySignal(passkey: UnknownPasskey | undefined): Html | undefined {
  return passkey && html`<template data-signal-unknown="${JSON.stringify(passkey)}"></template>`;
}

/** The passkeys of a person, and what they are shown as where passkeys are chosen. */
export interface KnownPasskeys {
  readonly rpId: string;
  /** The user handle, base64url. */
  readonly userId: string;
  readonly name: string;
  readonly displayName: string;
  readonly credentialIds: readonly string[];
}

/** Tells the browser which passkeys still count and whose they are (WebAuthn §5.1.10.2, §5.1.10.3). */
export function knownPasskeysSignal(known: KnownPasskeys | undefined): Html | undefined {
  if (!known) return undefined;
  const { rpId, userId, name, displayName, credentialIds: allAcceptedCredentialIds } = known;
  return html`<template data-signal="${JSON.stringify({ rpId, userId, allAcceptedCredentialIds })}"></template>
<template data-signal-user="${JSON.stringify({ rpId, userId, name, displayName })}"></template>`;
}
