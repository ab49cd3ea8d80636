import { type Door, type House, openDoor, openHouse } from '../main.ts';
import { within } from '../services/clock.ts';
import type { ToPrimary, ToWorker } from './messages.ts';

/** The first process answers in less, or it is not well. */
const pageMs = 5_000;

let house: House | null = null;
let door: Door | null = null;
let asked = 0;
const pages = new Map<number, (text: string | null) => void>();

// A terminal's Ctrl-C reaches every process; the first one alone says when a worker stops, and how.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

process.on('message', (message: ToWorker) => {
  obey(message).catch(fail);
});
tell({ kind: 'awake' });

async function obey(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'start':
      return await start(message);
    case 'stop':
      return await stop();
    case 'count':
      return tell({ kind: 'counted', id: message.id, counts: await ownCounts() });
    case 'page':
      return pages.get(message.id)?.(message.text);
  }
}

async function start({ config, poolSize }: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  const masterKey = config.masterKey && Buffer.from(config.masterKey);
  house = await openHouse({ ...config, masterKey }, { poolSize, metricsPage });
  door = await openDoor(house.services);
  house.startJobs(['tend-keys']);
  tell({ kind: 'ready', url: door.url });
}

function fail(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  const message = error instanceof Error ? error.message : String(error);
  tell({ kind: 'failed', code, message }, () => process.exit(1));
}

async function stop(): Promise<void> {
  await door?.close();
  await house?.close();
  process.exit(0);
}

/** Whichever worker is asked for the metrics answers for all of them. */
async function metricsPage(): Promise<string> {
  const id = ++asked;
  const { promise, resolve } = Promise.withResolvers<string | null>();
  pages.set(id, resolve);
  tell({ kind: 'page', id });
  const text = await within(pageMs, promise, null);
  pages.delete(id);
  return text ?? (await house?.services.metrics.registry.metrics()) ?? '';
}

async function ownCounts() {
  return (await house?.services.metrics.registry.getMetricsAsJSON()) ?? [];
}

/** Without the first process there is nobody to tell: Node ends a worker whose channel is gone. */
function tell(message: ToPrimary, then: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, then);
}
