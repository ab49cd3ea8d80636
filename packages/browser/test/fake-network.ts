import type { FakeServer, Jar } from './fake-server.ts';
import type { FakeTime } from './fake-time.ts';

export const origin = 'https://notes.example';

interface Sender {
  readonly name: string;
  readonly isAlive: boolean;
}

export type FakeNetwork = ReturnType<typeof createFakeNetwork>;

/** The way between one browser, with its cookies, and the server. */
export function createFakeNetwork(
  { time, server, fraction }: { time: FakeTime; server: FakeServer; fraction: () => number },
  longestWayMs: number,
) {
  const open = new Set<{ sender: Sender; end: (act: () => void) => void }>();
  const way = (): number => 1 + fraction() * longestWayMs;
  const network = {
    isOnline: true,
    /** The server acts, but its answers never arrive. */
    losesReplies: false,
    jar: server.signIn(),
    /** Refreshes of living tabs that are under way, and the most there ever were at once. */
    refreshes: 0,
    mostRefreshes: 0,
    lastRefreshBy: '',
    /** How many requests were ever sent. */
    sent: 0,
    send,
    drop(sender: Sender): void {
      for (const flight of open) if (flight.sender === sender) flight.end(() => undefined);
    },
  };

  function send(sender: Sender, input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const request = new Request(input instanceof Request ? input : new URL(String(input), origin), {
      ...init,
      ...(init.body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
    const path = new URL(request.url).pathname;
    const end = takeOff(sender, path);
    return new Promise((resolve, reject) => {
      const fail = (): void => end(() => reject(new TypeError('Failed to fetch')));
      init.signal?.addEventListener('abort', () => end(() => reject(new DOMException('', 'AbortError'))));
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
      const call = { method: request.method, path, body, tab: sender.name, jar: { ...network.jar } };
      time.later(null, way(), () => {
        if (!network.isOnline) return fail();
        const { response, jar } = server.answer(call);
        time.later(null, way(), () => {
          if (!network.isOnline || network.losesReplies) return fail();
          // Cookies are kept even when the page that asked has gone (keepalive).
          if (jar && (sender.isAlive || init.keepalive)) network.jar = jar;
          end(() => resolve(response));
        });
      });
    });
  }

  function takeOff(sender: Sender, path: string): (act: () => void) => void {
    const isRefresh = path === '/api/session/refresh';
    const flight = {
      sender,
      end(act: () => void): void {
        if (!open.delete(flight)) return;
        if (isRefresh) network.refreshes -= 1;
        if (sender.isAlive) act();
      },
    };
    open.add(flight);
    network.sent += 1;
    if (isRefresh) {
      network.lastRefreshBy = sender.name;
      network.refreshes += 1;
      network.mostRefreshes = Math.max(network.mostRefreshes, network.refreshes);
    }
    return flight.end;
  }

  return network;
}

/** No cookies at all. */
export const emptyJar: Jar = { accessExpiresAt: 0, generation: 0, sessionId: null };
