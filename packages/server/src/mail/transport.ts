import type { Instant } from '@argus/contract';
import type { MailKind } from '@argus/core';

/** A mail as it leaves. */
export interface Message {
  /** Without brackets; the same with every try, so that a receiver who gets it twice shows it once (RFC 5322 §3.6.4). */
  readonly id: string;
  readonly at: Instant;
  readonly kind: MailKind;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The link that it is about. */
  readonly link: string | null;
}

/** What became of one try, in stable words for the log: `retry` may go well later, `refused` never will. */
export type Sent = 'sent' | { readonly retry: string } | { readonly refused: string };

/** Where mail leaves. */
export interface MailTransport {
  /** Never rejects, and answers within ten seconds. */
  send(message: Message): Promise<Sent>;
  close(): void;
}
