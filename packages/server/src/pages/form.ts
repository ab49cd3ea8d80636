import { type Html, html } from './html.ts';
import { signIcon } from './icons.ts';
import type { Problem } from './problem-words.ts';

/** A labelled input. Its id is its name unless another is given. */
export interface Field {
  readonly name: string;
  /** Where a page has more than one field of this name. */
  readonly id?: string;
  readonly label: string;
  /** `code`: letters and digits that are copied by hand; in capitals, whatever is typed. `digits`: a code of digits only. */
  readonly type: 'email' | 'password' | 'text' | 'code' | 'digits';
  /** WHATWG autofill token, so that password managers and assistive software know the field (WCAG 1.3.5). */
  readonly autocomplete:
    | 'username'
    | 'username webauthn'
    | 'email'
    | 'name'
    | 'current-password'
    | 'new-password'
    | 'one-time-code'
    | 'off';
  readonly value?: string | undefined;
  readonly hint?: string | undefined;
  readonly isOptional?: boolean;
  readonly minLength?: number | undefined;
  /** What a password manager that makes one up is to keep to. */
  readonly passwordRules?: string | undefined;
  readonly maxLength: number;
  /** Gets the focus when the page opens. */
  readonly isFirst?: boolean;
  /** Stands below the input. */
  readonly after?: Html;
}

interface PostForm {
  readonly action: string;
  readonly formToken: string;
  readonly class?: string;
  /** Further attributes, each with a space before it. */
  readonly attributes?: Html;
}

/** A form that works without script: a POST with its form token. */
export function postForm(to: PostForm, body: Html): Html {
  return html`<form method="post" action="${to.action}" class="${to.class ?? 'fields'}"${to.attributes}>
<input type="hidden" name="formToken" value="${to.formToken}">
${body}
</form>`;
}

/** A hidden value that goes back with the form. */
export function hidden(name: string, value: string | undefined): Html | false {
  return value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`;
}

/** One field with label, hint and, when it is part of the problem, the link to the problem's sentence. */
export function field(field: Field, problem?: Problem): Html {
  const id = field.id ?? field.name;
  const isWrong = problem?.fields.includes(id) ?? false;
  const described = [isWrong && 'problem', field.hint && `${id}-hint`].filter(Boolean).join(' ');
  return html`<div class="field">
<label for="${id}">${field.label}${field.isOptional && html` <span class="optional">optional</span>`}</label>
${field.hint && html`<p class="hint" id="${id}-hint">${field.hint}</p>`}
<input id="${id}" name="${field.name}" type="${inputType(field.type)}" autocomplete="${field.autocomplete}" maxlength="${field.maxLength}"${[
    kindAttributes[field.type],
    // A password is never sent back to the browser.
    field.type !== 'password' && field.value && html` value="${field.value}"`,
    field.minLength && html` minlength="${field.minLength}"`,
    field.passwordRules && html` passwordrules="${field.passwordRules}"`,
    described && html` aria-describedby="${described}"`,
    isWrong && html` aria-invalid="true"`,
    !field.isOptional && html` required`,
    field.isFirst && html` autofocus`,
  ]}>${field.after}
</div>`;
}

function inputType(type: Field['type']): string {
  return type === 'code' || type === 'digits' ? 'text' : type;
}

const asTyped = html` autocapitalize="none" spellcheck="false"`;
const kindAttributes: Readonly<Record<Field['type'], Html | undefined>> = {
  email: asTyped,
  password: asTyped,
  text: undefined,
  code: html` autocapitalize="characters" spellcheck="false" class="code"`,
  // No number: leading zeros count, and arrows that count up make no sense.
  digits: html` autocapitalize="none" spellcheck="false" inputmode="numeric" class="code"`,
};

/** A box to tick; never ticked before. It sends `yes`. */
export function checkbox(box: { readonly name: string; readonly id?: string; readonly label: string }): Html {
  const id = box.id ?? box.name;
  return html`<p class="check"><input type="checkbox" id="${id}" name="${box.name}" value="yes"> <label for="${id}">${box.label}</label></p>`;
}

/** The account a password belongs to, for password managers only: it has no name and is never sent. */
export function accountForPasswordManagers(email: string): Html {
  return html`<input type="text" autocomplete="username" value="${email}" hidden readonly>`;
}

/** What went wrong, read out at once; its sentence leads to the first field concerned. */
export function problemSummary(problem: Problem | undefined): Html | undefined {
  if (!problem) return undefined;
  const first = problem.fields[0];
  return html`<div class="banner problem" role="alert">${signIcon('problem')}
<p id="problem">${first ? html`<a href="#${first}">${problem.sentence}</a>` : problem.sentence}</p></div>`;
}

/** What to think of before going on. It is part of the page and interrupts nobody. */
export function caution(body: Html): Html {
  return html`<div class="banner caution">${signIcon('caution')}${body}</div>`;
}

/** Buttons for the answers to one question. They look alike, so that none is pushed. */
export function answers(
  name: string,
  options: readonly { readonly value: string; readonly label: string }[],
): Html {
  return html`<div class="answers">
${options.map(({ value, label }) => html`<button class="button" name="${name}" value="${value}">${label}</button>`)}
</div>`;
}

/** What went right, or what to know before going on. */
export function noticeBanner(sentence: string | undefined): Html | undefined {
  if (!sentence) return undefined;
  return html`<div class="banner notice" role="status">${signIcon('notice')}<p>${sentence}</p></div>`;
}
