import { createTransport } from 'nodemailer';
import type { Smtp } from '../config/mail.ts';
import { deadline } from '../services/clock.ts';
import { composed } from './composed.ts';
import type { MailTransport, Sent } from './transport.ts';

/** A server that takes mail from people's programs answers within a second or two. */
const patienceMs = 10_000;

/** Hand mail to a server (RFC 6409), over a few connections that stay open while there is some. */
export function smtpTransport({ host, port, tls, login }: Smtp): MailTransport {
  const pool = createTransport({
    pool: true,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2' },
    ...(login ? { auth: { user: login.user, pass: login.password } } : {}),
    maxConnections: 5,
    maxMessages: 100,
    // The outbox repeats; a pool that does so on its own would not be counted.
    maxRequeues: 0,
    connectionTimeout: patienceMs / 2,
    dnsTimeout: patienceMs / 2,
    greetingTimeout: patienceMs / 2,
    socketTimeout: patienceMs,
    idleTimeout: 30_000,
  });
  // A connection that is lost while it idles says so here; whoever sends next opens another.
  pool.on('error', () => undefined);
  return {
    async send(message) {
      try {
        await pool.sendMail({ ...composed(message), signal: deadline(patienceMs) });
        return 'sent';
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => pool.close(),
  };
}

/** What is read of an error of nodemailer. */
interface Failure {
  readonly code?: string;
  readonly command?: string;
  readonly permanent?: boolean;
  readonly originalCode?: string;
}

const words: Readonly<Record<string, string>> = {
  EAUTH: 'not-authenticated',
  ENOAUTH: 'not-authenticated',
  ETLS: 'not-encrypted',
  ETIMEDOUT: 'no-answer',
  EABORT: 'no-answer',
  EENVELOPE: 'asked-to-wait',
  EMESSAGE: 'asked-to-wait',
};

/**
 * RFC 5321 §4.2.1: a reply in the five hundreds to the recipient or the content is final. One to our greeting, login or
 * sender is about our settings, which somebody may mend.
 */
function outcomeOf(error: unknown): Sent {
  const { code = '', command = '', permanent, originalCode = '' } = error as Failure; // all of it is optional
  // Without a reply: an address that this server could not be told at all.
  const isNoAddress = code === 'EENVELOPE' && command === 'API';
  if (isNoAddress || (permanent === true && command === 'RCPT TO')) return { refused: 'recipient-refused' };
  if (permanent === true && command === 'DATA') return { refused: 'message-refused' };
  if (permanent === true && command === 'MAIL FROM') return { retry: 'sender-refused' };
  if (/CERT|SIGNED|SSL|TLS/.test(originalCode)) return { retry: 'not-encrypted' };
  return { retry: words[code] ?? 'unreachable' };
}
