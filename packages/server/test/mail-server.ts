import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived. */
export interface Arrived {
  readonly raw: string;
  parsed(): Promise<ParsedMail>;
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  /** Who handed it over. */
  readonly login: string | null;
}

/** A command that is answered with a refusal, and its code. */
export type Moment = 'connection' | 'sender' | 'recipient' | 'content';

export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly arrived: readonly Arrived[];
  /** What it refuses from now on. */
  refuses: Partial<Record<Moment, number>>;
  close(): Promise<void>;
}

export interface MailServerOptions {
  readonly tls?: { readonly cert: string; readonly key: string };
  /** From the first byte. */
  readonly isImplicit?: boolean;
  /** A port that it had before. */
  readonly port?: number;
}

export const smtpLogin = { user: 'argus', password: 'a p@ss/word:%' };

/** A mail server on this machine that keeps what it gets. */
export async function openMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const arrived: Arrived[] = [];
  const opened: Pick<MailServer, 'refuses'> = { refuses: {} };
  const refusal = (moment: Moment): Error | null => {
    const responseCode = opened.refuses[moment];
    return responseCode ? Object.assign(new Error('not today'), { responseCode }) : null;
  };
  const server = new SMTPServer({
    ...(options.tls ?? {}),
    secure: options.isImplicit ?? false,
    logger: false,
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: options.tls ? [] : ['STARTTLS'],
    closeTimeout: 100,
    onConnect: (_session, done) => done(refusal('connection')),
    onAuth: ({ username, password }, _session, done) =>
      username === smtpLogin.user && password === smtpLogin.password
        ? done(null, { user: username })
        : done(Object.assign(new Error('no'), { responseCode: 535 })),
    onMailFrom: (_address, _session, done) => done(refusal('sender')),
    onRcptTo: (_address, _session, done) => done(refusal('recipient')),
    onData(stream, { envelope, secure, user }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const refused = refusal('content');
        const bytes = Buffer.concat(parts);
        const { mailFrom, rcptTo } = envelope;
        const mail: Arrived = {
          raw: bytes.toString('utf8'),
          parsed: () => simpleParser(bytes),
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          isEncrypted: secure,
          login: user === undefined ? null : String(user),
        };
        if (!refused) arrived.push(mail);
        done(refused);
      });
    },
  });
  server.on('error', () => undefined); // a client that does not trust us hangs up
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const close = () => new Promise<void>((resolve) => server.close(resolve));
  const { port } = server.server.address() as AddressInfo; // it listens on TCP
  return Object.assign(opened, { port, arrived, close, [Symbol.asyncDispose]: close });
}
