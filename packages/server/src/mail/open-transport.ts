import { join } from 'node:path';
import { type Config, isLoopbackOrigin } from '../config/config.ts';
import { mailFiles, type WrittenMail } from './mail-files.ts';
import { smtpTransport } from './smtp.ts';
import type { MailTransport } from './transport.ts';

/**
 * The way out that the configuration names. `onWritten` hears of mail that became a file, with its link, and only where
 * whoever reads that is on the same machine.
 */
export function openMailTransport(
  { mail, dataDir, issuer }: Pick<Config, 'mail' | 'dataDir' | 'issuer'>,
  onWritten: (mail: WrittenMail) => void,
): MailTransport {
  if (mail.smtp) return smtpTransport(mail.smtp);
  return mailFiles(join(dataDir, 'mail'), isLoopbackOrigin(issuer) ? onWritten : () => undefined);
}
