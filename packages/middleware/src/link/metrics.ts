import type { ArgusState } from './connect-argus.ts';
import type { FeedHealth } from './feed-state.ts';

const healths: readonly FeedHealth[] = ['live', 'starting', 'stale', 'overflow'];

/** The state of the link in the text format of Prometheus (version 0.0.4), to be added to the application's own page. */
export function argusMetrics({ feed, streams, heardAt, revocations }: ArgusState): string {
  return [
    ...gauge('argus_link_feed', 'Whether what ended is known here, by state'),
    ...healths.map((health) => `argus_link_feed{state="${health}"} ${health === feed ? 1 : 0}`),
    ...gauge('argus_link_heard_timestamp_seconds', 'When Argus was heard last'),
    `argus_link_heard_timestamp_seconds ${heardAt === null ? 'NaN' : heardAt / 1000}`,
    ...gauge('argus_link_revocations', 'Ends that are remembered'),
    `argus_link_revocations ${revocations.entries}`,
    ...gauge('argus_link_revocation_bytes', 'Memory of what is remembered'),
    `argus_link_revocation_bytes ${revocations.bytes}`,
    '# HELP argus_link_streams_total Streams that were begun',
    '# TYPE argus_link_streams_total counter',
    `argus_link_streams_total ${streams}`,
    '',
  ].join('\n');
}

function gauge(name: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
}
