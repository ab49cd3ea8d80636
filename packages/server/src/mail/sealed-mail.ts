import type { Mail, MailDraft } from '@argus/core';
import type { Services } from '../services.ts';
import { isLetterKind } from './letters/index.ts';

/** What of a mail is kept encrypted. */
export interface MailContent {
  readonly to: string;
  readonly draft: MailDraft;
}

type Sealing = Pick<Services, 'secrets'>;

/** Bound to its place, so that a row's content cannot be put into another. */
const purposeOf = (tenant: string, id: string): string => `mail ${tenant}/${id}`;

export function sealMail(
  { secrets }: Sealing,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  content: MailContent,
): Uint8Array {
  return Buffer.from(secrets.seal(purposeOf(tenant, id), JSON.stringify(content)), 'base64url');
}

/** Null for what another installation sealed, somebody moved, or a newer version wrote. */
export function unsealMail(
  { secrets }: Sealing,
  { tenant, id, sealed }: Pick<Mail, 'id' | 'sealed'> & { readonly tenant: string },
): MailContent | null {
  const text = secrets.unseal(purposeOf(tenant, id), Buffer.from(sealed).toString('base64url'));
  if (text === null) return null;
  const content = JSON.parse(text) as MailContent; // the seal shows that we wrote it
  return isLetterKind(content.draft.kind) ? content : null;
}
