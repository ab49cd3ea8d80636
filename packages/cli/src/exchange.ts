import http from 'node:http';
import https from 'node:https';

/** A server to talk to, and the key that it knows us by. */
export interface Peer {
  readonly url: string;
  readonly key: string;
  /** Trust this certificate alone, whatever its names: it was read from the server's own data directory. */
  readonly certificate?: string;
}

export interface Message {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long nothing may come, in milliseconds. */
  readonly silenceMs: number;
}

const answerLimit = 16 * 1024 * 1024;

/** Open one request; what its answer is read into is the caller's affair. */
export function open(
  peer: Peer,
  message: Message,
  answered: (response: http.IncomingMessage) => void,
): http.ClientRequest {
  const url = new URL(message.path, peer.url);
  const request = (url.protocol === 'https:' ? https : http).request(url, optionsOf(peer, message), answered);
  request.on('timeout', () => request.destroy(new Error(`no answer within ${message.silenceMs / 1000} s`)));
  return request;
}

/** Send one request and read the whole answer. Rejects with the error of the network. */
export function exchange(peer: Peer, message: Message): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const request = open(peer, message, (response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    response.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > answerLimit) request.destroy(new Error('the answer is too long'));
      chunks.push(chunk);
    });
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
    );
    response.on('error', reject);
  });
  request.on('error', reject);
  request.end(message.body);
  return promise;
}

function optionsOf(
  { key, certificate }: Peer,
  { method, body, headers, silenceMs }: Message,
): https.RequestOptions {
  return {
    method,
    agent: false,
    timeout: silenceMs,
    headers: {
      ...headers,
      accept: 'application/json',
      authorization: `Bearer ${key}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    },
    ...(certificate === undefined
      ? {}
      : { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined }),
  };
}
