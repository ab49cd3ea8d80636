import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Sent {
  readonly method?: string;
  readonly path: string;
  /** Names and values in turn, so that repeated lines stay apart. */
  readonly lines?: readonly string[];
  /** A stream is sent in chunks, without a length. */
  readonly body?: Buffer | Readable;
}

/** One request on a connection of its own; nothing is followed, joined or remembered. */
export function send(port: number, { method = 'GET', path, lines = [], body }: Sent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = ['host', `127.0.0.1:${port}`, ...lines];
    if (Buffer.isBuffer(body)) headers.push('content-length', String(body.length));
    else if (body !== undefined) headers.push('transfer-encoding', 'chunked');
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      buffer(response).then((read) => resolve({ status, headers: answered, body: read }), reject);
    });
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else body.pipe(request);
  });
}

/** The bytes of a request as an attacker writes them, and the bytes of the answer. */
export async function sendBytes(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`${[...lines, `Host: 127.0.0.1:${port}`, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  return text(socket);
}

export function json(reply: Reply): Record<string, unknown> {
  return JSON.parse(reply.body.toString());
}
