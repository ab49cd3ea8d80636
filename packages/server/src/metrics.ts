import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';

/** What the server counts. Labels are closed sets: nothing a caller sends becomes one. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'method' | 'route' | 'status'>;
  readonly durations: Histogram<'method' | 'route'>;
  readonly signIns: Counter<'outcome'>;
  readonly refreshes: Counter<'outcome'>;
  readonly tokens: Counter<'grant' | 'outcome'>;
  readonly sessionsEnded: Counter<'reason'>;
  readonly throttled: Counter<'limit'>;
  readonly logouts: Counter<'outcome'>;
  readonly breachedLookups: Counter<'outcome'>;
  /** Everything as Prometheus reads it. */
  page(): Promise<string>;
}

export function createMetrics(hashLoad: () => number, isProcessWide = true): Metrics {
  const registry = new Registry();
  if (isProcessWide) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'argus_password_hashes',
    help: 'Password hashes in flight and waiting',
    registers,
    collect() {
      this.set(hashLoad());
    },
  });
  return {
    registry,
    requests: new Counter({
      name: 'argus_http_requests_total',
      help: 'Answered requests',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    durations: new Histogram({
      name: 'argus_http_request_seconds',
      help: 'Time from request to answer',
      labelNames: ['method', 'route'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    signIns: new Counter({
      name: 'argus_sign_ins_total',
      help: 'Sign-ins by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    refreshes: new Counter({
      name: 'argus_refreshes_total',
      help: 'Refreshes by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    tokens: new Counter({
      name: 'argus_token_requests_total',
      help: 'Answers of the token endpoint by grant type and outcome',
      labelNames: ['grant', 'outcome'],
      registers,
    }),
    sessionsEnded: new Counter({
      name: 'argus_sessions_ended_total',
      help: 'Ended sessions by reason',
      labelNames: ['reason'],
      registers,
    }),
    throttled: new Counter({
      name: 'argus_throttled_total',
      help: 'Tries held back by a limit',
      labelNames: ['limit'],
      registers,
    }),
    logouts: new Counter({
      name: 'argus_logout_deliveries_total',
      help: 'Tries to tell a client that a session ended, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    breachedLookups: new Counter({
      name: 'argus_breached_password_lookups_total',
      help: 'Questions to the range of breached passwords, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    page: () => registry.metrics(),
  };
}

/** The counts of one process, as they travel between processes. */
export type Counts = readonly MetricObjectWithValues<MetricValue<string>>[];

/** One page of metrics over several processes: counts are added up. */
export function pageOfAll(counts: readonly Counts[]): Promise<string> {
  return AggregatorRegistry.aggregate([...counts]).metrics();
}
