import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { composed } from './composed.ts';
import type { MailTransport, Message } from './transport.ts';

/** Files that are kept; their names begin with the time, so the oldest are the first. */
const kept = 1_000;

/** A mail that became a file. */
export interface WrittenMail extends Pick<Message, 'kind' | 'to' | 'link'> {
  readonly file: string;
}

/** Keep mail as files that any mail program opens, for whoever tries Argus out on one machine. */
export function mailFiles(folder: string, onWritten: (mail: WrittenMail) => void): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  async function write(message: Message): Promise<string> {
    const { message: bytes } = await composer.sendMail(composed(message));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${message.id.split('@', 1)[0]}.eml`);
    // Private whatever the umask.
    await writeFile(file, bytes as Buffer, { mode: 0o600 }); // it was asked for as a buffer
    await chmod(file, 0o600);
    await forgetOldest(folder);
    return file;
  }
  return {
    async send(message) {
      try {
        const file = await write(message);
        onWritten({ kind: message.kind, to: message.to, link: message.link, file });
        return 'sent';
      } catch {
        return { retry: 'not-written' };
      }
    },
    close: () => undefined,
  };
}

async function forgetOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort();
  for (const name of files.slice(0, -kept)) await rm(join(folder, name), { force: true });
}
