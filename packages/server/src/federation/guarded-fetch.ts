import type { CustomFetch, CustomFetchOptions } from 'openid-client';
import type { Outbound } from '../outbound/outbound.ts';
import { OutboundRefused } from '../outbound/send.ts';
import { UpstreamDown, type UpstreamReason } from './upstream-failure.ts';

/** Nothing that a provider says about itself or a person is longer. */
const longestAnswer = 256 * 1024;

/**
 * Fetch from a provider: only from places that may be called, without following it elsewhere, and no more than fits.
 * The answer is read whole before anyone looks at it, so that one signal bounds all of it.
 */
export function guardedFetch(outbound: Outbound): CustomFetch {
  return async (url, options) => {
    const target = URL.parse(url);
    if (!target || outbound.mistakeIn(target) !== null) throw new UpstreamDown('unsafe-address');
    try {
      return await fetchWhole(outbound.fetch, target, options);
    } catch (error) {
      throw error instanceof UpstreamDown ? error : new UpstreamDown(troubleOf(error));
    }
  };
}

async function fetchWhole(
  fetching: typeof fetch,
  target: URL,
  options: CustomFetchOptions,
): Promise<Response> {
  const response = await fetching(target, { ...options, redirect: 'manual' } as RequestInit);
  const { status, headers } = response;
  // A redirect could name a place that no administrator ever did (CWE-918).
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    throw new UpstreamDown('redirected');
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > longestAnswer) throw new UpstreamDown('too-large');
    parts.push(part);
  }
  const kept = new Headers();
  for (const name of ['content-type', 'www-authenticate']) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return new Response(size === 0 ? null : Buffer.concat(parts), { status, headers: kept });
}

function troubleOf(error: unknown): UpstreamReason {
  if (error instanceof OutboundRefused) return 'unsafe-address';
  const isTimeout =
    error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');
  return isTimeout ? 'timeout' : 'unreachable';
}
