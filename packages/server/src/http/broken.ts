import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { problemOf, type RefusalCode, refusalOf } from '@argus/contract';
import { securityHeaders } from './security-headers.ts';

const reasons: { readonly [status: number]: string } = {
  400: 'Bad Request',
  431: 'Request Header Fields Too Large',
};

/** Answer what Node's parser refused: it never became a request, and still gets a problem with all the headers. */
export function brokenConnectionHandler(isSecure: boolean) {
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (!socket.writable) return;
    const code: RefusalCode =
      error.code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'malformed_request';
    const { status, headers, body } = plainProblem(code, isSecure);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\n${lines.join('')}\r\n${body}`);
  };
}

/** Answer by ourselves what Node would answer with a bare line: no Host, or an expectation (RFC 9110 §10.1.1). */
export function answerByOurselves(server: Server, isSecure: boolean): void {
  // Node reads this option of `createServer` at every request; Fastify hands it on for plain http only.
  Object.assign(server, { requireHostHeader: false });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = plainProblem('malformed_request', isSecure);
    response.writeHead(status, headers).end(body);
  });
}

/** RFC 9112 §3.2: one Host, neither none nor two, or whoever stands in front may have read another one. */
export function hasOneHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host').length;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}

function plainProblem(code: RefusalCode, isSecure: boolean) {
  const body = JSON.stringify(problemOf(code));
  const headers = {
    ...securityHeaders('other', isSecure),
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  return { status: refusalOf(code).status, headers, body };
}
