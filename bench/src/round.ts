import { cpus } from 'node:os';
import { type LoadResult, load, percentile, type Shot } from './load.ts';
import type { MeasuredServer } from './measured-server.ts';
import { machineBusySeconds } from './noise.ts';

/** One measured round of load. CPU in microseconds an operation. */
export interface Round {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverMicros: number;
  readonly databaseMicros: number;
  readonly failures: number;
  readonly rssMegabytes: number;
  /** Share of the machine that neither the server, its database nor the load used. */
  readonly foreignShare: number;
}

export interface RoundPlan {
  readonly seconds: number;
  readonly inFlight: number;
  readonly expected: number;
  next(): Shot | null;
  took?(shot: Shot, hit: { readonly status: number; readonly cookies: readonly string[] }): void;
}

export async function measureRound(server: MeasuredServer, plan: RoundPlan): Promise<Round> {
  const before = { usage: await server.usage(), own: process.cpuUsage(), busy: machineBusySeconds() };
  const result = await load(server.url, plan);
  const after = { usage: await server.usage(), busy: machineBusySeconds() };
  const own = process.cpuUsage(before.own);
  const serverSeconds = after.usage.serverSeconds - before.usage.serverSeconds;
  const databaseSeconds = after.usage.databaseSeconds - before.usage.databaseSeconds;
  const known = serverSeconds + databaseSeconds + (own.user + own.system) / 1e6;
  return {
    ...rates(result),
    serverMicros: (serverSeconds / result.count) * 1e6,
    databaseMicros: (databaseSeconds / result.count) * 1e6,
    rssMegabytes: after.usage.serverRssBytes / 1e6,
    foreignShare: Math.max(0, after.busy - before.busy - known) / (result.seconds * cpus().length),
  };
}

/** The round in the middle by server CPU, and how far the others lie apart. */
export function medianRound(rounds: readonly Round[]): Round & { readonly spread: string } {
  const sorted = [...rounds].sort((a, b) => a.serverMicros - b.serverMicros);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('no rounds were measured');
  const spread = `${Math.round(sorted[0]?.serverMicros ?? 0)}–${Math.round(sorted.at(-1)?.serverMicros ?? 0)}`;
  return { ...middle, spread };
}

function rates({ count, failures, seconds, latencies }: LoadResult) {
  return {
    perSecond: count / seconds,
    failures,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}
