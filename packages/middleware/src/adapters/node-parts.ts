import type { IncomingMessage, ServerResponse } from 'node:http';
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
