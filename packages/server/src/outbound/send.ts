import { lookup as systemLookup } from 'node:dns';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Places } from './places.ts';

/** A place that Argus does not go to. */
export class OutboundRefused extends Error {
  constructor() {
    super('the address is not one that may be called');
  }
}

/** What a name stands for, as `dns.lookup` answers when all addresses are asked for. */
export type Resolve = (
  host: string,
  options: { readonly all: true; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  told: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

/**
 * Send a request and follow it nowhere. What the name of the host stands for is judged in the very look-up that the
 * connection is made by, so a name that means another address a moment later leads nowhere else (DNS rebinding).
 */
export async function send(
  asked: Request,
  places: Pick<Places, 'mayReach'>,
  resolve: Resolve = systemLookup,
): Promise<Response> {
  const body = asked.body === null ? null : Buffer.from(await asked.arrayBuffer());
  const url = new URL(asked.url);
  const { promise, resolve: answered, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
    method: asked.method,
    headers: headersOf(asked, body),
    lookup: judgedLookup(places, resolve),
    signal: asked.signal,
    // A connection of its own: one of a pool may have been made by whoever looks nothing up.
    agent: false,
  });
  sent.once('response', answered);
  sent.on('error', (error) => reject(asked.signal.aborted ? asked.signal.reason : error));
  sent.end(body ?? undefined);
  return responseOf(await promise, asked.signal);
}

function headersOf({ headers }: Request, body: Buffer | null): Record<string, string | number> {
  return {
    'user-agent': 'argus',
    ...Object.fromEntries(headers),
    'accept-encoding': 'identity',
    ...(body === null ? {} : { 'content-length': body.length }),
  };
}

function judgedLookup({ mayReach }: Pick<Places, 'mayReach'>, resolve: Resolve): LookupFunction {
  return (host, { family, all }, told) => {
    resolve(host, { family, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return told(error ?? new Error('the name stands for nothing'), '');
      const everyAddress = addresses.map(({ address }) => address);
      if (!mayReach(host, everyAddress)) return told(new OutboundRefused(), '');
      return all ? told(null, addresses) : told(null, first.address, first.family);
    });
  };
}

/** Fetch Standard §2.2.3: these have no body. */
const bodiless: readonly number[] = [204, 205, 304];

function responseOf(answer: IncomingMessage, signal: AbortSignal): Response {
  try {
    const headers = new Headers();
    for (const [name, values = []] of Object.entries(answer.headersDistinct))
      for (const value of values) headers.append(name, value);
    const status = answer.statusCode ?? 0;
    if (bodiless.includes(status)) answer.resume();
    return new Response(bodiless.includes(status) ? null : bodyOf(answer, signal), { status, headers });
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

function bodyOf(answer: IncomingMessage, signal: AbortSignal): ReadableStream<Uint8Array> {
  const parts = answer[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(signal.aborted ? signal.reason : error);
      }
    },
    cancel() {
      answer.destroy();
    },
  });
}
