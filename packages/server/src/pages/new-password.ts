import type { PasswordRule } from '@argus/core';
import { type Field, field } from './form.ts';
import { type Html, html } from './html.ts';
import type { Problem } from './problem-words.ts';

/** The script that tells how strong a new password is, for `scripts` of a page that asks for one. */
export const strengthScripts: readonly string[] = ['/assets/strength.js'];

/** What a page says of the passwords that policy takes. */
export type NewPasswordRule = Pick<PasswordRule, 'minLength' | 'composition'>;

interface NewPassword extends Pick<Field, 'name' | 'label' | 'isFirst'> {
  readonly rule: NewPasswordRule;
}

/**
 * The field of a new password. NIST SP 800-63B §3.1.1.2: length, composition only where policy must ask for it, pasting
 * allowed, and a word on its strength while it is typed, which a script finds out without sending anything.
 */
export function newPasswordField({ rule, ...v }: NewPassword, problem?: Problem): Html {
  const { minLength, composition } = rule;
  const least = `at least ${minLength} characters${composition === 'none' ? '' : ', with letters and digits'}`;
  return field(
    {
      ...v,
      type: 'password',
      autocomplete: 'new-password',
      hint: `A${least.slice(1)}. Several words make a good one; spaces and pasting are fine.`,
      passwordRules: `minlength: ${minLength};${composition === 'none' ? '' : ' required: lower, upper; required: digit;'}`,
      minLength,
      maxLength: 1024,
      after: html`<p class="strength" id="${v.name}-strength" data-knows="/assets/strength-words.js" data-says="${says.join('|')}" data-least="${minLength}" data-composition="${composition}" data-falls-short="Not enough yet: ${least}." aria-live="polite" hidden></p>`,
    },
    problem,
  );
}

/** By score, 0 to 4. */
const says = [
  'Would be guessed at once.',
  'Easy to guess.',
  'Could be guessed by somebody who tries hard.',
  'Hard to guess.',
  'Very hard to guess.',
];
