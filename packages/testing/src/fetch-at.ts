import { request } from 'node:http';

/** `fetch` with a `Host` of one's own, which the built-in one does not send; for tests of servers with many names. */
export function fetchAt(url: URL, init: RequestInit): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const { method = 'GET', body } = init;
  const headers = init.headers as Record<string, string>; // as user agents of tests give them
  const isForm = body instanceof URLSearchParams;
  const text = isForm ? body.toString() : typeof body === 'string' ? body : undefined;
  const sent = request(
    url,
    {
      method,
      headers: {
        ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } : {}),
        ...headers,
        ...(text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }),
      },
    },
    (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const status = answer.statusCode ?? 0;
        const lines = new Headers();
        for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2)
          lines.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '');
        resolve(new Response(status === 204 ? null : Buffer.concat(parts), { status, headers: lines }));
      });
    },
  );
  sent.on('error', reject);
  sent.end(text);
  return promise;
}
