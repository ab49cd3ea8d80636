import { type ActivityReport, activityReportSchema } from '@argus/contract';
import { type FakeClock, fakeClock } from '@argus/testing';
import { type Activity, createActivity } from '../src/activity/activity.ts';
import type { PersonPrincipal, Principal, RecordedRequest } from '../src/index.ts';
import type { ArgusAnswer, ArgusClient } from '../src/link/argus-client.ts';

export function sidOf(number: number): string {
  return `01990000-0003-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Of a principal only its session counts here. */
export function personOf(number: number): PersonPrincipal {
  return { kind: 'person', sessionId: sidOf(number) } as PersonPrincipal;
}

export const client = { kind: 'client' } as Principal;

export function requestOf(number: number, changes: Partial<RecordedRequest> = {}): RecordedRequest {
  const principal = personOf(number);
  return { principal, routeClass: '/notes/:id', method: 'GET', status: 200, bytesOut: 100, ...changes };
}

/** Timers that go off when the test moves its clock. */
export function fakeTimers(clock: FakeClock) {
  let timers: { readonly at: number; readonly work: () => void }[] = [];
  const after = (ms: number, work: () => void) => {
    const timer = { at: Math.ceil(clock.now() + ms), work };
    timers.push(timer);
    const cancel = () => {
      timers = timers.filter((each) => each !== timer);
    };
    return { cancel };
  };
  /** Time passes, and whatever it wakes does its work. */
  const pass = async (ms: number) => {
    const end = clock.now() + ms;
    for (;;) {
      const [next] = timers.toSorted((one, other) => one.at - other.at);
      if (!next || next.at > end) break;
      timers = timers.filter((each) => each !== next);
      clock.advanceTo(Math.max(clock.now(), next.at));
      next.work();
      await settled();
    }
    clock.advanceTo(end);
    await settled();
  };
  return { timers: { after }, pass, pending: () => timers.map(({ at }) => at - clock.now()) };
}

/** What was set off and waits for nothing has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

const unreachable: ArgusAnswer = { ok: false, failure: 'unreachable' };

export interface ActivityStage {
  readonly activity: Activity;
  readonly clock: FakeClock;
  pass(ms: number): Promise<void>;
  /** How long until each timer. */
  pending(): number[];
  /** What Argus counted, each batch once. */
  readonly reports: ActivityReport[];
  /** Every text that was sent, whether it was counted or not. */
  readonly texts: string[];
  /** What Argus answers from now on; null: it counts. */
  answer: ArgusAnswer | null;
  goDown(): void;
}

/** Reporting to an Argus that keeps what the contract lets through, and nothing else. */
export function activityStage(options: { readonly mostBatches?: number } = {}): ActivityStage {
  const clock = fakeClock();
  const { timers, pass, pending } = fakeTimers(clock);
  const names = new Set<string>();
  const stage = {
    clock,
    pass,
    pending,
    reports: [] as ActivityReport[],
    texts: [] as string[],
    answer: null as ArgusAnswer | null,
    goDown() {
      stage.answer = unreachable;
    },
  };
  const argus = {
    async call({ text = '', signal }: { readonly text?: string; readonly signal?: AbortSignal }) {
      if (signal?.aborted) return unreachable;
      stage.texts.push(text);
      if (stage.answer) return stage.answer;
      const report = activityReportSchema.parse(JSON.parse(text));
      const isFirst = !names.has(report.batch);
      names.add(report.batch);
      if (isFirst) stage.reports.push(report);
      const json = { result: isFirst ? 'counted' : 'repeated', accepted: 0, unknown: 0 };
      return { ok: true, status: 200, json } satisfies ArgusAnswer;
    },
  } as unknown as ArgusClient; // nothing else of it is used here
  const activity = createActivity({ client: argus, clock, timers, ...options });
  return Object.assign(stage, { activity });
}

export function sumOf<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}

/** Requests that reports account for: told in detail, sampled out, or lost. */
export function accountedFor(reports: readonly ActivityReport[]) {
  return {
    told: sumOf(reports, ({ entries }) => sumOf(entries, ({ requests }) => requests)),
    sampled: sumOf(reports, ({ sampling }) => sampling?.requests ?? 0),
    lost: sumOf(reports, ({ lost }) => lost?.requests ?? 0),
  };
}
