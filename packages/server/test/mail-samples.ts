import type { MailDraft, MailKind } from '@argus/core';
import type { Place } from '../src/mail/letter.ts';

export const place: Place = { issuer: 'https://login.example', now: Date.UTC(2026, 0, 5, 9, 0, 0) };
const minute = 60_000;
const link = `${place.issuer}/link?token=${'a'.repeat(43)}`;
const account = `${place.issuer}/account`;

/** What somebody may have chosen: a name, a device, a label. */
export interface Chosen {
  readonly name: string | null;
  readonly device: string | null;
  readonly label: string | null;
}

export const believable: Chosen = { name: 'Ada', device: 'Chrome on Windows', label: 'Blue key' };

/** A draft of each kind. */
export function sampleDrafts({ name, device, label }: Chosen): {
  readonly [Kind in MailKind]: MailDraft<Kind>;
} {
  const by = { at: place.now - minute, device, ip: '203.0.113.7' };
  const notice = { name, by, link: account };
  return {
    'verify-email': {
      kind: 'verify-email',
      name,
      of: 'sign-up',
      link,
      expiresAt: place.now + 1_440 * minute,
    },
    'reset-password': { kind: 'reset-password', name, by, link, expiresAt: place.now + 30 * minute },
    'known-address': { kind: 'known-address', ...notice },
    'password-changed': { kind: 'password-changed', ...notice },
    'email-changed': {
      kind: 'email-changed',
      name,
      by,
      newAddress: 'mallory@elsewhere.example',
      link,
      expiresAt: place.now + 72 * 60 * minute,
    },
    'authenticator-added': { kind: 'authenticator-added', ...notice, authenticator: 'passkey', label },
    'authenticator-removed': { kind: 'authenticator-removed', ...notice, authenticator: 'totp', label },
    'recovery-codes-used': { kind: 'recovery-codes-used', ...notice, left: 3 },
    'recovery-codes-replaced': { kind: 'recovery-codes-replaced', ...notice },
    'recovery-started': { kind: 'recovery-started', name, link, effectiveAt: place.now + 1_440 * minute },
    'recovery-cancelled': { kind: 'recovery-cancelled', name, at: place.now },
    'password-locked': {
      kind: 'password-locked',
      ...notice,
      failures: 10,
      until: place.now + 14 * minute,
    },
    'account-disabled': { kind: 'account-disabled', name, unusedSince: place.now - 90 * 1_440 * minute },
    invitation: { kind: 'invitation', name, link, expiresAt: place.now + 7 * 1_440 * minute },
    'account-erased': { kind: 'account-erased', name, by },
    'made-room': { kind: 'made-room', ...notice },
    'undo-done': { kind: 'undo-done', ...notice, undone: 'email' },
  };
}
