import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { claimsIn, type Holder } from './oauth-holders.ts';

/** What a client's back channel got (OIDC Back-Channel Logout §2.5). */
export interface Heard {
  readonly path: string;
  readonly token: string;
  readonly headers: IncomingMessage['headers'];
}

/** A client that listens for logout tokens on this machine. */
export interface LogoutReceiver extends AsyncDisposable {
  /** `http://127.0.0.1:port/path` */
  uri(path?: string): string;
  readonly port: number;
  readonly heard: Heard[];
  /** Requests that were open at once, at most. */
  readonly mostAtOnce: number;
  /** The next token that arrives from now on. */
  next(): Promise<Heard>;
}

export type Reaction = (heard: Heard, response: ServerResponse) => void;

export const accept: Reaction = (_heard, response) => void response.writeHead(200).end();

/** Listen, and react to every token; on `port` when one is given. */
export async function listenForLogouts(react: Reaction = accept, port = 0): Promise<LogoutReceiver> {
  const heard: Heard[] = [];
  const waiting: ((heard: Heard) => void)[] = [];
  let open = 0;
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    open += 1;
    mostAtOnce = Math.max(mostAtOnce, open);
    response.once('close', () => {
      open -= 1;
    });
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const fields = new URLSearchParams(Buffer.concat(parts).toString('utf8'));
      const { url: path = '', headers } = request;
      const one: Heard = { path, token: fields.get('logout_token') ?? '', headers };
      heard.push(one);
      for (const tell of waiting.splice(0)) tell(one);
      react(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo; // it listens on TCP
  return {
    uri: (path = '/bye') => `http://127.0.0.1:${own}${path}`,
    port: own,
    heard,
    get mostAtOnce() {
      return mostAtOnce;
    },
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What it heard of this person's session. */
export function heardOf({ heard }: LogoutReceiver, { sessionId }: Pick<Holder, 'sessionId'>): Heard[] {
  return heard.filter(({ token }) => claimsIn(token).sid === sessionId);
}
