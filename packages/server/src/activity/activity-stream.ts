import type { ServiceId, TenantId } from '@argus/contract';
import type { ActivityEvent } from '@argus/core';

/** What one report told of sessions of its tenant, after it was written. */
export interface ActivityBatch {
  readonly tenant: TenantId;
  readonly serviceId: ServiceId;
  /** One in so many sessions is told of; 1: all. */
  readonly sampled: number;
  readonly events: readonly ActivityEvent[];
}

/** One who reads what is reported, at its own pace. */
export interface ActivityReader extends AsyncIterable<ActivityBatch> {
  /** Batches that it was too slow for; they are in the database for some hours. */
  missed(): number;
  close(): void;
}

/** What this process takes of reports, handed on as it comes. Nobody who reads can hold up who reports. */
export interface ActivityStream {
  publish(batch: ActivityBatch): void;
  subscribe(): ActivityReader;
}

/** Batches that wait for one reader; the oldest give way. About 16 MB when all are as large as they may be. */
const mostWaiting = 256;

export function createActivityStream(): ActivityStream {
  const readers = new Set<Reader>();
  return {
    publish(batch) {
      for (const reader of readers) reader.give(batch);
    },
    subscribe() {
      const reader = createReader(() => readers.delete(reader));
      readers.add(reader);
      return reader;
    },
  };
}

interface Reader extends ActivityReader {
  give(batch: ActivityBatch): void;
}

function createReader(onClose: () => void): Reader {
  const waiting: ActivityBatch[] = [];
  let missed = 0;
  let isClosed = false;
  let wake = () => {};
  const close = () => {
    isClosed = true;
    onClose();
    wake();
  };
  return {
    give(batch) {
      waiting.push(batch);
      if (waiting.length > mostWaiting) {
        waiting.shift();
        missed += 1;
      }
      wake();
    },
    missed: () => missed,
    close,
    async *[Symbol.asyncIterator]() {
      try {
        while (!isClosed) {
          const next = waiting.shift();
          if (next) yield next;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        close();
      }
    },
  };
}
