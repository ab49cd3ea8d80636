import { Agent, request } from 'node:http';

export interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Hit {
  readonly status: number;
  readonly cookies: readonly string[];
}

export interface LoadResult {
  readonly count: number;
  readonly failures: number;
  readonly seconds: number;
  /** Sorted latencies in milliseconds. */
  readonly latencies: Float64Array;
}

/** Send shots to the server, `inFlight` at a time, for `seconds` or until `next` runs dry. */
export async function load(
  url: string,
  plan: {
    seconds: number;
    inFlight: number;
    next(): Shot | null;
    took?(shot: Shot, hit: Hit): void;
    expected: number;
  },
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.inFlight });
  const base = new URL(url);
  const latencies: number[] = [];
  let failures = 0;
  const began = performance.now();
  const worker = async () => {
    while (performance.now() - began < plan.seconds * 1000) {
      const shot = plan.next();
      if (!shot) return;
      const at = performance.now();
      const hit = await fire(agent, base, shot);
      latencies.push(performance.now() - at);
      if (hit.status !== plan.expected) failures += 1;
      plan.took?.(shot, hit);
    }
  };
  await Promise.all(Array.from({ length: plan.inFlight }, worker));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return { count: latencies.length, failures, seconds, latencies: Float64Array.from(latencies).sort() };
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function fire(agent: Agent, base: URL, shot: Shot): Promise<Hit> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        host: base.hostname,
        port: base.port,
        method: shot.method,
        path: shot.path,
        headers: shot.headers,
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, cookies: response.headers['set-cookie'] ?? [] }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(shot.body);
  });
}
