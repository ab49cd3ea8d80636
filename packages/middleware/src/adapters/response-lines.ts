import type { HeaderLine } from '../gateway/verdict.ts';

/** The same answer with more header lines. Its body is not touched, also where it must be made anew. */
export function withLines(response: Response, lines: readonly HeaderLine[]): Response {
  if (lines.length === 0) return response;
  try {
    addLines(response.headers, lines);
    return response;
  } catch {
    // Redirects and answers of `fetch` cannot be changed.
    const copy = new Response(response.body, response);
    addLines(copy.headers, lines);
    return copy;
  }
}

function addLines(headers: Headers, lines: readonly HeaderLine[]): void {
  for (const [name, value] of lines) {
    if (name === 'set-cookie') headers.append(name, value);
    else headers.set(name, value);
  }
}
