import { deliverMails, type MailTransport, type Message, type Sent } from '@argus/server';
import type { TestServer } from './server.ts';

/** Where the mail of a test server arrives instead of leaving. */
export interface Mailbox {
  readonly transport: MailTransport;
  /** What arrived, oldest first. */
  readonly mails: readonly Message[];
  /** What the next tries meet; a mail that is not `sent` does not arrive. */
  answer: (message: Message) => Sent;
}

export function openMailbox(): Mailbox {
  const mails: Message[] = [];
  const box: Mailbox = {
    mails,
    answer: () => 'sent',
    transport: {
      async send(message) {
        const sent = box.answer(message);
        if (sent === 'sent') mails.push(message);
        return sent;
      },
      close: () => undefined,
    },
  };
  return box;
}

/** Send all that is due, and give what has arrived for this address so far, oldest first. */
export async function mailsTo({ argus, mailbox }: TestServer, address: string): Promise<readonly Message[]> {
  // A mail that is put off is not due again while the fake clock stands still, so this ends.
  while ((await deliverMails(argus.services)) > 0);
  return mailbox.mails.filter(({ to }) => to === address);
}

/** The link of a mail; a fault when there is none, or when either form of the mail lacks it. */
export function linkIn({ link, text, html, kind }: Message): URL {
  if (link === null) throw new Error(`a mail of kind ${kind} has no link`);
  if (!text.includes(link) || !html.includes(link.replaceAll('&', '&amp;')))
    throw new Error(`a mail of kind ${kind} lacks its link in the text or the markup`);
  return new URL(link);
}
