import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Answer } from '../challenge.ts';
import type { RequestParts } from '../request-parts.ts';

/** Reads a node request in place. Forwarding headers are not looked at: nothing here depends on them. */
export function partsOfMessage(message: IncomingMessage, url: string): RequestParts {
  return {
    method: message.method ?? '',
    url,
    header: (name) => (name === 'authorization' ? authorizationOf(message) : headerOf(message, name)),
    request: message,
  };
}

export function writeAnswer(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** Headers that are on the answer when it leaves, also if the handler clears or replaces them on the way. */
export function keepHeaders(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries(headers);
  if (lines.length === 0) return;
  // One by one: answers of HTTP/2 have no `setHeaders`.
  beforeHead(response, () => {
    for (const [name, value] of lines) response.setHeader(name, value);
  });
}

/**
 * Acts just before status and headers leave, when the handler has nothing more to say of them. Streams are not held
 * up: node writes the head by this function in any case, also by itself and over HTTP/2.
 */
export function beforeHead(response: ServerResponse, act: () => void): void {
  const writeHead = response.writeHead.bind(response);
  const last = (status: number, ...rest: (string | HeadLines | undefined)[]): ServerResponse => {
    const message = typeof rest[0] === 'string' ? rest[0] : undefined;
    for (const lines of rest) if (typeof lines === 'object') setLines(response, lines);
    act();
    return message === undefined ? writeHead(status) : writeHead(status, message);
  };
  response.writeHead = last;
}

type HeadLines = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** As `writeHead` reads them: an object, or names and values in turn, which may repeat a name. */
function setLines(response: ServerResponse, lines: HeadLines): void {
  if (!Array.isArray(lines)) {
    for (const [name, value] of Object.entries(lines))
      if (value !== undefined) response.setHeader(name, value);
    return;
  }
  const flat = lines.flat();
  for (let at = 0; at < flat.length; at += 2) response.removeHeader(String(flat[at]));
  for (let at = 0; at < flat.length; at += 2) {
    response.appendHeader(String(flat[at]), String(flat[at + 1]));
  }
}

/** Node keeps the first of several Authorization lines and drops the rest in silence; here they are joined. */
function authorizationOf({ headers, rawHeaders }: IncomingMessage): string | undefined {
  const first = headers.authorization;
  if (first === undefined) return undefined;
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') lines.push(rawHeaders[at + 1] ?? '');
  }
  return lines.length > 1 ? lines.join(', ') : first;
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
