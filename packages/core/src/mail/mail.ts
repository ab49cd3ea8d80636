import type { Instant, UserId } from '@argus/contract';

/** Where and on what something happened, as a notice tells it. */
export interface Occurrence {
  readonly at: Instant;
  /** The device in a person's words ("Chrome on Windows"); a claim of whoever asked. */
  readonly device: string | null;
  readonly ip: string | null;
}

/** A link of limited life; what it opens is opened by a button on the page that it leads to. */
interface Expiring {
  readonly link: string;
  readonly expiresAt: Instant;
}

/** A notice after the fact: who did not do this follows the link. */
interface Notice {
  readonly by: Occurrence;
  readonly link: string;
}

type Authenticator = 'password' | 'totp' | 'passkey' | 'recovery-codes' | 'federated';

/** An authenticator that came or went; `label` is the name that the person gave it. */
interface AboutAuthenticator extends Notice {
  readonly authenticator: Authenticator;
  readonly label?: string | null;
}

/** What each kind of mail tells. Facts only: words and markup are found when it is sent. */
interface Told {
  /** `new-address`: of an account that has another one so far. */
  readonly 'verify-email': Expiring & { readonly of: 'sign-up' | 'new-address' };
  readonly 'reset-password': Expiring & { readonly by: Occurrence };
  /** Somebody tried to sign up with the address of an account. */
  readonly 'known-address': Notice;
  readonly 'password-changed': Notice;
  /** To the address that was; the link undoes the change. */
  readonly 'email-changed': Expiring & { readonly by: Occurrence; readonly newAddress: string };
  readonly 'authenticator-added': AboutAuthenticator;
  readonly 'authenticator-removed': AboutAuthenticator;
  /** One recovery code was used; so many are left. */
  readonly 'recovery-codes-used': Notice & { readonly left: number };
  readonly 'recovery-codes-replaced': Notice;
  /** An administrator began to take away a lost second factor; the link stops it. */
  readonly 'recovery-started': { readonly link: string; readonly effectiveAt: Instant };
  readonly 'recovery-cancelled': { readonly at: Instant };
  /** So many wrong passwords in a row that strangers are kept from trying more; the link leads to a new password. */
  readonly 'password-locked': Notice & { readonly failures: number; readonly until: Instant };
  /** Nobody used the account for as long as policy lets one stand. */
  readonly 'account-disabled': { readonly unusedSince: Instant };
  readonly invitation: Expiring;
  /** The account is being erased; nothing undoes it. */
  readonly 'account-erased': { readonly by: Occurrence };
  /** A sign-in found as many sessions as there may be, and one ended for it; the link leads to those that live. */
  readonly 'made-room': Notice;
  /** What was changed is again as it was. */
  readonly 'undo-done': Notice & { readonly undone: 'email' | 'password' | 'authenticator' };
}

export type MailKind = keyof Told;

/** What a mail says, as data. `name` is the person's, if it is known. */
export type MailDraft<Kind extends MailKind = MailKind> = {
  readonly [Each in Kind]: { readonly kind: Each; readonly name?: string | null } & Told[Each];
}[Kind];

/** A mail in the outbox. */
export interface Mail {
  /** Names the message to whoever receives it twice. */
  readonly id: string;
  readonly kind: MailKind;
  /** Whose account it is about; null when there is none. */
  readonly userId: UserId | null;
  /** Recipient and draft, encrypted: links in it open things. */
  readonly sealed: Uint8Array;
  readonly createdAt: Instant;
}
