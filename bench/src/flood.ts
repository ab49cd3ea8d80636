import { type LoadResult, load, percentile, type Shot } from './load.ts';
import type { MeasuredServer } from './measured-server.ts';

/** What a flood of sign-ins does to those who are signed in already. */
export interface FloodEffect {
  readonly aloneP50Ms: number;
  readonly aloneP99Ms: number;
  readonly floodedP50Ms: number;
  readonly floodedP99Ms: number;
  readonly refreshFailures: number;
  /** Sign-ins of the flood by status; each of them was answered. */
  readonly answered: ReadonlyMap<number, number>;
  readonly rssMegabytes: number;
}

export interface FloodPlan {
  readonly seconds: number;
  /** Sign-ins in flight. */
  readonly width: number;
  readonly refresh: { next(): Shot; took(shot: Shot, hit: { readonly cookies: readonly string[] }): void };
  signIn(): Shot;
}

/** Refreshes alone, and beside so many sign-ins at once, which queue for the cores that hash. */
export async function floodEffect(server: MeasuredServer, plan: FloodPlan): Promise<FloodEffect> {
  const { seconds, width } = plan;
  const refreshes = () =>
    load(server.url, {
      seconds,
      inFlight: 4,
      expected: 200,
      next: plan.refresh.next,
      took: plan.refresh.took,
    });
  const alone = await refreshes();
  const answered = new Map<number, number>();
  const flood = load(server.url, {
    // Begins before and ends after, so that all of what is measured is flooded.
    seconds: seconds + 1,
    inFlight: width,
    expected: 200,
    next: plan.signIn,
    took: (_, { status }) => void answered.set(status, (answered.get(status) ?? 0) + 1),
  });
  const flooded: LoadResult = await refreshes();
  await flood;
  const { serverRssBytes } = await server.usage();
  return {
    aloneP50Ms: percentile(alone.latencies, 0.5),
    aloneP99Ms: percentile(alone.latencies, 0.99),
    floodedP50Ms: percentile(flooded.latencies, 0.5),
    floodedP99Ms: percentile(flooded.latencies, 0.99),
    refreshFailures: alone.failures + flooded.failures,
    answered,
    rssMegabytes: serverRssBytes / 1e6,
  };
}
