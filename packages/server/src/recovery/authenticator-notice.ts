import type { Change } from '@argus/core';
import type { Services } from '../services.ts';
import { type Noticed, noticeChanges } from './notice.ts';

type Kind = 'totp' | 'passkey' | 'recovery-code';

/** The mail about an authenticator that came or went. */
export function authenticatorNotice(
  services: Services,
  noticed: Noticed,
  {
    kind,
    authenticator,
    label = null,
  }: {
    readonly kind: 'authenticator-added' | 'authenticator-removed';
    readonly authenticator: Kind;
    readonly label?: string | null;
  },
): Change[] {
  const named = authenticator === 'recovery-code' ? 'recovery-codes' : authenticator;
  return noticeChanges(services, noticed, {
    draft: ({ name, by, link }) => ({ kind, name, by, link, authenticator: named, label }),
  });
}

/** The mail about recovery codes that were replaced, or one of which was used. */
export function codesNotice(services: Services, noticed: Noticed, left: number | null): Change[] {
  return noticeChanges(services, noticed, {
    draft: ({ name, by, link }) =>
      left === null
        ? { kind: 'recovery-codes-replaced', name, by, link }
        : { kind: 'recovery-codes-used', name, by, link, left },
  });
}
