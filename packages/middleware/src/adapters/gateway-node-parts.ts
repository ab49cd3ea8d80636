import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAll } from '../gateway/request-body.ts';
import type { GatewayAnswer, GatewayParts, HeaderLine } from '../gateway/verdict.ts';
import { beforeHead, partsOfMessage } from './node-parts.ts';

export function gatewayPartsOf(message: IncomingMessage, url: string): GatewayParts {
  return {
    ...partsOfMessage(message, url),
    body: (most) => (message.readableDidRead ? Promise.resolve(undefined) : readAll(message, most)),
  };
}

export function writeGatewayAnswer(response: ServerResponse, { status, headers, body }: GatewayAnswer): void {
  setLines(response, headers);
  response.writeHead(status);
  response.end(body);
}

/** The lines are on the answer when it leaves, also if the application sets `set-cookie` itself or clears headers. */
export function keepLines(response: ServerResponse, lines: readonly HeaderLine[]): void {
  if (lines.length === 0) return;
  beforeHead(response, () => setLines(response, lines));
}

function setLines(response: ServerResponse, lines: readonly HeaderLine[]): void {
  for (const [name, value] of lines) {
    // Never appended: node would push the line into a list that the application gave and may give to others, too.
    response.setHeader(name, name === 'set-cookie' ? [...cookiesOf(response), value] : value);
  }
}

function cookiesOf(response: ServerResponse): string[] {
  const lines = response.getHeader('set-cookie') ?? [];
  return Array.isArray(lines) ? lines : [String(lines)];
}
