import type { Config } from '../config/config.ts';
import type { Counts } from '../metrics.ts';

/** What the first process says to a worker. */
export type ToWorker =
  | { readonly kind: 'start'; readonly config: Config; readonly poolSize: number }
  | { readonly kind: 'stop' }
  /** Tell your counts. */
  | { readonly kind: 'count'; readonly id: number }
  /** The page of metrics that was asked for. */
  | { readonly kind: 'page'; readonly id: number; readonly text: string };

/** What a worker says to the first process. */
export type ToPrimary =
  | { readonly kind: 'awake' }
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string }
  | { readonly kind: 'counted'; readonly id: number; readonly counts: Counts }
  /** Give the page of metrics of all processes. */
  | { readonly kind: 'page'; readonly id: number };
