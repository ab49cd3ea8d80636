import type { ServerResponse } from 'node:http';
import { problemOf } from '@argus/contract';
import { writeAnswer } from './node-parts.ts';

/** What the listener had begun to say is taken back, or the connection is cut where it left already. */
export function answerFault(response: ServerResponse): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  writeAnswer(response, { status: 500, headers, body: JSON.stringify(problemOf('fault')) });
}

export function tellStandardError(fault: unknown): void {
  console.error(fault);
}
