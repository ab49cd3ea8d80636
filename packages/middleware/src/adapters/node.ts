import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { reportNode } from '../activity/report.ts';
import type { PersonPrincipal, Principal } from '../principal.ts';
import type { Protection } from '../protect.ts';
import { type DoorOptions, guarded, person, type WithGuards, withGuards } from './door.ts';
import { answerFault, tellStandardError } from './node-fault.ts';
import { keepHeaders, partsOfMessage, writeAnswer } from './node-parts.ts';

/** A request that was let in. */
export interface ProtectedMessage extends IncomingMessage {
  /** Who acts; set by `nodeProtection`. */
  argus: Principal;
}

export type ProtectedListener = (request: ProtectedMessage, response: ServerResponse) => unknown;

export interface NodeProtectionOptions extends DoorOptions<IncomingMessage> {
  /**
   * Told of what the check or the listener throws; default: standard error. `node:http` has no error path of its own,
   * and a rejected listener would end the process, so the caller is answered 500 here.
   */
  readonly onFault?: (fault: unknown, request: IncomingMessage) => void;
}

/** Wraps a listener: it runs for requests that are let in, with `request.argus`. */
export type NodeDoor = (listener: ProtectedListener) => RequestListener;
export type NodeProtection = WithGuards<NodeDoor>;

/**
 * Guards listeners of `node:http`. It does not see `upgrade` events: a WebSocket server asks `protection.checkParts`
 * itself. Where a router cuts a prefix off `request.url`, the proofs of DPoP need `publicUrl` to end with that prefix.
 */
export function nodeProtection(protection: Protection, options: NodeProtectionOptions = {}): NodeProtection {
  return withGuards(protection, (door) => (listener) => (request, response) => {
    void serve({ door, listener, options }, request, response);
  });
}

/** The principal of a guarded request. Throws a fault on a route that no protection guards. */
export function principalOf(request: IncomingMessage & { argus?: Principal }): Principal {
  return guarded(request.argus);
}

/** The person of a guarded request. Throws a fault also where the door lets clients act by themselves. */
export function personOf(request: IncomingMessage & { argus?: Principal }): PersonPrincipal {
  return person(principalOf(request));
}

interface Guarded {
  readonly door: Protection;
  readonly listener: ProtectedListener;
  readonly options: NodeProtectionOptions;
}

async function serve(
  { door, listener, options }: Guarded,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const verdict = await door.checkParts(partsOfMessage(request, request.url ?? ''));
    if (verdict.ok) {
      keepHeaders(response, verdict.headers);
      const { principal } = verdict;
      if (options.activity) reportNode(options.activity, response, { request, principal });
      await listener(Object.assign(request, { argus: principal }), response);
      return;
    }
    options.onRefused?.({ code: verdict.refusal, reason: verdict.reason }, request);
    writeAnswer(response, verdict.answer);
  } catch (fault) {
    answerFault(response);
    (options.onFault ?? tellStandardError)(fault, request);
  }
}
