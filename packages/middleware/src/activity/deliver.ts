import type { Instant } from '@argus/contract';
import type { ArgusAnswer, ArgusClient, CallFailure } from '../link/argus-client.ts';
import { spread } from '../services/secret.ts';
import type { Backlog } from './backlog.ts';
import type { Sealed } from './window.ts';

/** When something is done that is not done now; tests bring their own. */
export interface Timers {
  after(ms: number, work: () => void): { cancel(): void };
}

export interface Delivery {
  /** Something waits. Nothing is done before its time where Argus asked for patience or could not be reached. */
  wake(): void;
  /** Send all that waits, now; false: something still does. */
  attempt(): Promise<boolean>;
  /** What the last batch met; null: nothing bad. */
  trouble(): CallFailure | null;
  sent(): Sent;
  /** Send no more, and give up what is on its way. */
  stop(): void;
}

/** What Argus counted. */
export interface Sent {
  readonly batches: number;
  readonly entries: number;
  readonly requests: number;
  /** Requests of sessions that were sampled out, declared. */
  readonly sampled: number;
  /** Of the entries, those of sessions that the tenant does not have. */
  readonly unknown: number;
}

export interface DeliveryParts {
  readonly client: ArgusClient;
  readonly backlog: Backlog;
  readonly timers: Timers;
  now(): Instant;
}

type Failed = Extract<ArgusAnswer, { ok: false }>;

const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** Argus may ask for patience, though not for more than this. */
const mostPatienceSeconds = 60;
/** Of a signed refusal: the batch itself is wrong, so that it would be refused for ever. */
const hopeless: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Sends batches one after the other, each until Argus has counted it. */
export function deliverFrom(parts: DeliveryParts): Delivery {
  const { backlog, timers, client } = parts;
  const stopped = new AbortController();
  let running: Promise<boolean> | null = null;
  let waiting: { cancel(): void } | null = null;
  let failures = 0;
  let trouble: CallFailure | null = null;
  let sent: Sent = { batches: 0, entries: 0, requests: 0, sampled: 0, unknown: 0 };

  /** Null when the batch is over and done with, or what it met and has to wait for. */
  const deliver = async (sealed: Sealed): Promise<Failed | null> => {
    const { text } = sealed;
    const { signal } = stopped;
    const answer = await client.call({ method: 'POST', path: '/service/v1/activity', text, signal });
    trouble = answer.ok ? null : answer.failure;
    if (answer.ok) {
      sent = settled(backlog, sealed, { answer: answer.json, sent });
      return null;
    }
    if (answer.failure === 'refused' && hopeless.has(answer.status ?? 0)) {
      backlog.lose(sealed);
      return null;
    }
    backlog.giveBack(sealed);
    return answer;
  };

  const deliverAll = async (): Promise<boolean> => {
    waiting?.cancel();
    waiting = null;
    for (let next = backlog.take(parts.now()); next; next = backlog.take(parts.now())) {
      const failed = await deliver(next);
      failures = failed ? failures + 1 : 0;
      if (!failed) continue;
      if (!stopped.signal.aborted)
        waiting = timers.after(waitMsAfter(failed, failures), () => void attempt());
      return false;
    }
    return true;
  };
  const attempt = (): Promise<boolean> => {
    running ??= deliverAll().finally(() => {
      running = null;
    });
    return running;
  };
  return {
    wake: () => void (waiting === null && attempt()),
    attempt,
    trouble: () => trouble,
    sent: () => sent,
    stop() {
      stopped.abort();
      waiting?.cancel();
    },
  };
}

function settled(
  backlog: Backlog,
  sealed: Sealed,
  { answer, sent }: { readonly answer: unknown; readonly sent: Sent },
): Sent {
  const told = answer as { result?: unknown; unknown?: unknown } | null; // any JSON; each part is looked at
  if (told?.result === 'untimely') {
    backlog.lose(sealed);
    return sent;
  }
  backlog.settle();
  const unknown = typeof told?.unknown === 'number' ? told.unknown : 0;
  return {
    batches: sent.batches + 1,
    entries: sent.entries + sealed.entries,
    requests: sent.requests + sealed.requests,
    sampled: sent.sampled + sealed.passedOver,
    unknown: sent.unknown + unknown,
  };
}

/** With a part by chance, so that not all processes come back at one moment. */
function waitMsAfter(answer: Failed, failures: number): number {
  const asked = answer.status === 429 || answer.status === 503 ? answer.retryAfterSeconds : undefined;
  if (asked !== undefined) return Math.min(asked, mostPatienceSeconds) * 1000 + spread(firstWaitMs);
  return spread(Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 5)));
}
