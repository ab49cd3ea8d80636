import type { MailDraft, MailKind } from '@argus/core';
import type { Letter, Place } from '../letter.ts';
import { plainWords } from '../plain-words.ts';
import { type Rendered, renderLetter } from '../rendered-letter.ts';
import { accountDisabled } from './account-disabled.ts';
import { accountErased } from './account-erased.ts';
import { authenticatorAdded, authenticatorRemoved } from './authenticators.ts';
import { emailChanged } from './email-changed.ts';
import { invitation } from './invitation.ts';
import { knownAddress } from './known-address.ts';
import { madeRoom } from './made-room.ts';
import { passwordChanged } from './password-changed.ts';
import { passwordLocked } from './password-locked.ts';
import { recoveryCancelled, recoveryStarted } from './recovery.ts';
import { recoveryCodesReplaced, recoveryCodesUsed } from './recovery-codes.ts';
import { resetPassword } from './reset-password.ts';
import { undoDone } from './undo-done.ts';
import { verifyEmail } from './verify-email.ts';

type Writer<Kind extends MailKind> = (draft: MailDraft<Kind>, place: Place) => Letter;

const letters: { readonly [Kind in MailKind]: Writer<Kind> } = {
  'verify-email': verifyEmail,
  'reset-password': resetPassword,
  'known-address': knownAddress,
  'password-changed': passwordChanged,
  'email-changed': emailChanged,
  'authenticator-added': authenticatorAdded,
  'authenticator-removed': authenticatorRemoved,
  'recovery-codes-used': recoveryCodesUsed,
  'recovery-codes-replaced': recoveryCodesReplaced,
  'recovery-started': recoveryStarted,
  'recovery-cancelled': recoveryCancelled,
  'password-locked': passwordLocked,
  invitation,
  'account-erased': accountErased,
  'made-room': madeRoom,
  'account-disabled': accountDisabled,
  'undo-done': undoDone,
};

/** Whether this version can write such a mail. */
export function isLetterKind(kind: string): kind is MailKind {
  return Object.hasOwn(letters, kind);
}

/** The words of a mail. Pure: the same draft at the same moment gives the same mail. */
export function writeMail(draft: MailDraft, place: Place): Rendered {
  // The table above gives every kind its own writer; TypeScript cannot carry that through the lookup.
  const letter = (letters[draft.kind] as Writer<MailKind>)(draft, place);
  return renderLetter(letter, plainWords(draft.name, 60), place);
}
