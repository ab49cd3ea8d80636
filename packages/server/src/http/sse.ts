import type { ServerResponse } from 'node:http';

/** One event of a stream of server-sent events (WHATWG HTML §9.2). The data has no line break. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
  /** Where whoever comes back goes on. */
  readonly id?: number;
}

/** An answer that goes on until one side has enough. */
export interface EventStream {
  /** False: the other side reads too slowly, and the stream was ended; it comes back and goes on where it was. */
  send(event: StreamEvent): boolean;
  /** Resolves when what was sent is mostly on its way, or the stream is over. */
  room(): Promise<void>;
  end(): void;
  /** Called once, whoever ended it. */
  onClose(listener: () => void): void;
}

export const eventStreamType = 'text/event-stream';
/** What waits for one slow reader at most. */
const mostWaiting = 8 * 1024 * 1024;
/** So much may be on its way to one that is sent a lot at once. */
const roomy = 256 * 1024;

/** The stream on a response whose head was written. */
export function eventStreamOn(response: ServerResponse): EventStream {
  response.socket?.setNoDelay(true);
  return {
    send(event) {
      if (response.destroyed || response.writableEnded) return false;
      if (response.writableLength > mostWaiting) {
        response.destroy();
        return false;
      }
      response.write(textOf(event));
      return true;
    },
    async room() {
      while (response.writableLength > roomy && !response.destroyed) await drained(response);
    },
    end: () => void response.end(),
    onClose(listener) {
      // Whoever hung up before the answer began is not told of again.
      if (response.closed || response.destroyed) listener();
      else response.once('close', listener);
    },
  };
}

function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    response.off('drain', done).off('close', done);
    resolve();
  };
  response.on('drain', done).on('close', done);
  return promise;
}

function textOf({ type, data, id }: StreamEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`;
}
