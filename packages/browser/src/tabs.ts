import type { SessionAnswer } from '@argus/contract';
import type { Channel, Environment } from './services/environment.ts';

/** What the tabs of one browser tell each other. Never a token: those are in HttpOnly cookies. */
export type TabMessage =
  /** `refreshedAt` is an instant of this browser's clock; 0 when it was only read. */
  | {
      readonly kind: 'session';
      readonly answer: SessionAnswer;
      readonly refreshedAt: number;
      readonly skewMs: number;
    }
  | { readonly kind: 'closed'; readonly state: 'ended' | 'signed-out'; readonly sessionId: string }
  | { readonly kind: 'active'; readonly at: number }
  | WindowWord
  | { readonly kind: 'claim' | 'busy' | 'free'; readonly id: string };

/**
 * What the pages of a step-up's window say of it, each on its own channel: here, gone to another page, closed, proved.
 */
export interface WindowWord {
  readonly kind: 'window-open' | 'window-left' | 'window-closed' | 'window-done';
  readonly id: string;
}

export interface Tabs {
  /** Names this tab. */
  readonly id: string;
  /** Whether the browser lets tabs talk at all. */
  readonly canTalk: boolean;
  post(message: TabMessage): void;
  /** Returns how to stop listening. */
  listen(hear: (message: TabMessage) => void): () => void;
  close(): void;
}

/** Tabs of another version of this client, after a deployment, are not understood and so not heard. */
const version = 1;

/** Open the line to the other tabs of this browser. */
export function openTabs(environment: Environment, name: string): Tabs {
  const listeners = new Set<(message: TabMessage) => void>();
  const hearAll = (data: unknown): void => {
    const envelope = data as { argus?: unknown; message: TabMessage } | null; // same origin, same version
    if (envelope?.argus === version) for (const hear of [...listeners]) hear(envelope.message);
  };
  let channel = open(environment, name, hearAll);
  return {
    id: environment.random.id(),
    canTalk: channel !== null,
    post: (message) => channel?.postMessage({ argus: version, message }),
    listen(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    close() {
      channel?.close();
      channel = null;
    },
  };
}

function open(environment: Environment, name: string, hear: (data: unknown) => void): Channel | null {
  try {
    return environment.openChannel?.(name, hear) ?? null;
  } catch {
    // Sandboxed pages have the constructor but may not use it.
    return null;
  }
}
