import type { ServerResponse } from 'node:http';

/** What became of a response. */
export interface Observed {
  readonly status: number;
  /** Bytes of the body that were handed on. */
  readonly bytesOut: number;
}

/**
 * Calls `done` once a node response has ended, or was broken off. Counts what is written from now on: behind a compressing
 * middleware that was set up before this it is what was not compressed yet.
 */
export function observeNode(response: ServerResponse, done: (observed: Observed) => void): void {
  const { write, end } = response;
  let bytes = 0;
  let isEnding = false;
  const count = ([chunk, encoding]: readonly unknown[]) => {
    // HTTP/2 ends by writing: the same bytes once more.
    if (!isEnding) bytes += lengthOf(chunk, encoding);
  };
  const counted =
    (method: typeof write | typeof end, isLast: boolean) =>
    (...args: unknown[]): unknown => {
      count(args);
      isEnding ||= isLast;
      return Reflect.apply(method, response, args);
    };
  // Of the same overloads, since all arguments are handed on as they are.
  response.write = counted(write, false) as typeof write;
  response.end = counted(end, true) as typeof end;
  response.once('close', () => {
    const { statusCode: status } = response;
    // RFC 9110 §6.4.1: these have no body, whatever was written.
    const isBodiless = response.req?.method === 'HEAD' || status === 204 || status === 304;
    done({ status, bytesOut: isBodiless ? 0 : bytes });
  });
}

function lengthOf(chunk: unknown, encoding: unknown): number {
  if (chunk instanceof Uint8Array) return chunk.byteLength;
  if (typeof chunk !== 'string') return 0;
  return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'); // node judges it
}

/** The same for a fetch `Response`: answers the one to send on, whose body is counted as it is read. */
export function observeResponse(response: Response, done: (observed: Observed) => void): Response {
  const { status, body } = response;
  if (body === null) {
    done({ status, bytesOut: 0 });
    return response;
  }
  const reader = body.getReader();
  let bytesOut = 0;
  const next = async () => {
    try {
      return (await reader.read()).value;
    } catch (fault) {
      done({ status, bytesOut });
      throw fault;
    }
  };
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const value = await next();
      if (value) {
        bytesOut += value.byteLength;
        controller.enqueue(value);
        return;
      }
      done({ status, bytesOut });
      controller.close();
    },
    async cancel(reason) {
      done({ status, bytesOut });
      await reader.cancel(reason);
    },
  };
  // Nothing is read before somebody reads this.
  const counted = new ReadableStream(source, { highWaterMark: 0 });
  return new Response(counted, response);
}
