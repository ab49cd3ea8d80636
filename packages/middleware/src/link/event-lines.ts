/** One event of a stream (WHATWG HTML §9.2.6). */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

/** An event longer than this is not ours: signed messages are at most 8 KiB. */
const longestLine = 16_384;

/** The stream is not what Argus sends. */
export class StreamBroken extends Error {
  override name = 'StreamBroken';
}

/**
 * The events of a body as they come. Of the format it reads what Argus writes: UTF-8, one `data` line for each event, `id`
 * passed over because it is inside the signed data. Throws `StreamBroken` for lines that are too long.
 */
export async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let type = 'message';
  let data = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new StreamBroken('a line is too long');
    for (const line of lines) {
      if (line.length > longestLine) throw new StreamBroken('a line is too long');
      if (line === '') {
        if (data !== '') yield { type, data };
        type = 'message';
        data = '';
      } else if (line.startsWith('event: ')) type = line.slice(7);
      else if (line.startsWith('data: ')) data = line.slice(6);
    }
  }
}
