import { type Field, field } from './form.ts';
import { type Html, html } from './html.ts';
import type { Problem } from './problem-words.ts';

/** The script that tells how strong a new password is, for `scripts` of a page that asks for one. */
export const strengthScripts: readonly string[] = ['/assets/strength.js'];

interface NewPassword extends Pick<Field, 'name' | 'label' | 'isFirst'> {
  /** Shortest password that policy takes, in characters. */
  readonly minLength: number;
}

/**
 * The field of a new password. NIST SP 800-63B §3.1.1.2: length, no composition rules, pasting allowed, and a word on its
 * strength while it is typed, which a script finds out without sending anything.
 */
export function newPasswordField(v: NewPassword, problem?: Problem): Html {
  return field(
    {
      ...v,
      type: 'password',
      autocomplete: 'new-password',
      hint: `At least ${v.minLength} characters. Several words make a good one; spaces and pasting are fine.`,
      maxLength: 1024,
      after: html`<p class="strength" id="${v.name}-strength" data-knows="/assets/strength-words.js" data-says="${says.join('|')}" aria-live="polite" hidden></p>`,
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
