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
  /** Whose limits a changed policy brought closer. */
  readonly sessionsTightened: Counter;
  /** From a change of policy that is looked at to sessions that keep it. */
  readonly policyEnforcements: Histogram;
  readonly sessionLimits: Counter<'outcome'>;
  readonly tenantsEnded: Counter<'outcome'>;
  readonly throttled: Counter<'limit'>;
  readonly idleAccounts: Counter<never>;
  readonly lockouts: Counter<'outcome'>;
  readonly logouts: Counter<'outcome'>;
  readonly mails: Counter<'kind' | 'outcome'>;
  readonly serviceRefusals: Counter<'reason'>;
  readonly feedEvents: Counter<'type'>;
  readonly activityBatches: Counter<'result'>;
  readonly activityEntries: Counter<'outcome'>;
  /** Requests that middleware could not tell of in detail. */
  readonly activityUntold: Counter<'why'>;
  readonly activityExtensions: Counter;
  readonly breachedLookups: Counter<'outcome'>;
  readonly importedRows: Counter<'outcome'>;
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
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter<Label>({ name, help, labelNames, registers });
  return {
    registry,
    requests: counter('argus_http_requests_total', 'Answered requests', 'method', 'route', 'status'),
    durations: new Histogram({
      name: 'argus_http_request_seconds',
      help: 'Time from request to answer',
      labelNames: ['method', 'route'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    signIns: counter('argus_sign_ins_total', 'Sign-ins by outcome', 'outcome'),
    refreshes: counter('argus_refreshes_total', 'Refreshes by outcome', 'outcome'),
    tokens: counter(
      'argus_token_requests_total',
      'Answers of the token endpoint by grant type and outcome',
      'grant',
      'outcome',
    ),
    ...sessionMetrics(counter, registers),
    throttled: counter('argus_throttled_total', 'Tries held back by a limit', 'limit'),
    idleAccounts: counter('argus_idle_accounts_disabled_total', 'Accounts disabled because nobody used them'),
    lockouts: counter('argus_lockouts_total', 'Accounts locked by wrong passwords, and unlocked', 'outcome'),
    logouts: counter(
      'argus_logout_deliveries_total',
      'Tries to tell a client that a session ended, by outcome',
      'outcome',
    ),
    mails: counter('argus_mails_total', 'Tries to send a mail, by kind and outcome', 'kind', 'outcome'),
    breachedLookups: counter(
      'argus_breached_password_lookups_total',
      'Questions to the range of breached passwords, by outcome',
      'outcome',
    ),
    importedRows: counter('argus_imported_rows_total', 'Rows of imported files, by outcome', 'outcome'),
    serviceRefusals: counter(
      'argus_service_refusals_total',
      'Requests of services that were refused, by reason',
      'reason',
    ),
    feedEvents: counter('argus_feed_events_total', 'Events that were numbered for a feed, by type', 'type'),
    ...activityCounters(counter),
    page: () => registry.metrics(),
  };
}

type MakeCounter = <Label extends string>(
  name: string,
  help: string,
  ...labelNames: Label[]
) => Counter<Label>;

/** How sessions end, and what ends many at once. */
function sessionMetrics(counter: MakeCounter, registers: Registry[]) {
  return {
    sessionsEnded: counter('argus_sessions_ended_total', 'Ended sessions by reason', 'reason'),
    sessionsTightened: counter(
      'argus_sessions_tightened_total',
      'Live sessions whose limits a changed policy brought closer',
    ),
    policyEnforcements: new Histogram({
      name: 'argus_policy_enforcement_seconds',
      help: 'Time to hold the live sessions of a tenant against its policy',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    sessionLimits: counter(
      'argus_session_limits_total',
      'Sign-ins that found as many sessions as there may be, by what became of it',
      'outcome',
    ),
    tenantsEnded: counter(
      'argus_tenants_ended_total',
      'Suspended tenants of which nothing lives any more, and tenants that were erased',
      'outcome',
    ),
  };
}

function activityCounters(counter: MakeCounter) {
  return {
    activityBatches: counter('argus_activity_batches_total', 'Reports of activity, by result', 'result'),
    activityEntries: counter(
      'argus_activity_entries_total',
      'Entries of reports of activity: accepted, or of sessions that the tenant does not have',
      'outcome',
    ),
    activityUntold: counter(
      'argus_activity_untold_requests_total',
      'Requests that middleware under pressure did not tell of: of sessions that were sampled out, or lost',
      'why',
    ),
    activityExtensions: counter('argus_activity_extensions_total', 'Idle limits that activity moved'),
  };
}

/** The counts of one process, as they travel between processes. */
export type Counts = readonly MetricObjectWithValues<MetricValue<string>>[];

/** One page of metrics over several processes: counts are added up. */
export function pageOfAll(counts: readonly Counts[]): Promise<string> {
  return AggregatorRegistry.aggregate([...counts]).metrics();
}
