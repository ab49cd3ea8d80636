import type { Message } from './transport.ts';

/** The parts of a message as nodemailer takes them: addresses as objects, so that nothing in them is parsed again. */
export function composed({ id, at, from, to, subject, text, html }: Message) {
  return {
    messageId: `<${id}>`,
    date: new Date(at),
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    // RFC 3834 §5: nobody's absence assistant shall answer.
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as const;
}
