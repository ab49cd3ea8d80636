import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Endpoint } from '@argus/contract';
import { pathOf, type Question, refusalIn, unreachable } from './ask.ts';
import { open, type Peer } from './exchange.ts';
import { codeOf, Failure, messageOf } from './failure.ts';

/**
 * Write a long answer into a new file as it comes, and answer how many bytes it has. A file that is there stays as it
 * is; one whose answer broke off is removed, because half of an answer looks like a whole one.
 */
export async function save(
  peer: Peer,
  { endpoint, ...question }: Question & { readonly endpoint: Endpoint },
  file: string,
): Promise<number> {
  const path = pathOf(endpoint, question);
  const response = await answerTo(peer, { method: endpoint.method, path, silenceMs: 30_000 });
  if (response.statusCode !== endpoint.success.status)
    throw refusalIn(peer, response.statusCode ?? 0, await text(response));
  const sink = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(response, sink);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new Failure(`There is a file ${file} already.`);
    await unlink(file).catch(() => undefined);
    throw new Failure(`The answer could not be written to ${file}: ${messageOf(error)}.`);
  }
  return sink.bytesWritten;
}

function answerTo(peer: Peer, message: Parameters<typeof open>[1]): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = open(peer, message, resolve);
  request.on('error', (error) => reject(unreachable(peer, error)));
  request.end();
  return promise;
}
