import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { reportNode } from '../activity/report.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import type { PersonPrincipal } from '../principal.ts';
import {
  type GatewayDoorOptions,
  keepAccessToken,
  keptAccessToken,
  signedIn,
  type WithSignedIn,
  withSignedIn,
} from './gateway-door.ts';
import { gatewayPartsOf, keepLines, writeGatewayAnswer } from './gateway-node-parts.ts';
import { answerFault, tellStandardError } from './node-fault.ts';

/** `argus` is who is signed in; null for nobody. */
export type GatewayMessage = IncomingMessage & { argus: PersonPrincipal | null };
export type SignedInMessage = IncomingMessage & { argus: PersonPrincipal };

type Listener<M> = (request: M, response: ServerResponse) => unknown;
type Door<M> = (listener: Listener<M>) => RequestListener;

export interface NodeGatewayOptions extends GatewayDoorOptions<IncomingMessage> {
  /** As with `nodeProtection`: told of what the gateway or the listener throws; default: standard error. */
  readonly onFault?: (fault: unknown, request: IncomingMessage) => void;
}

export type NodeGateway = WithSignedIn<Door<GatewayMessage>, Door<SignedInMessage>>;

/**
 * Wraps the listener of the whole application: paths below the base path are answered here, everything else reaches the
 * listener with `request.argus`. `guard({ … })` wraps listeners that ask for somebody. Nothing may change `request.url`
 * before, for the gateway finds its own paths by it.
 */
export function nodeGateway(gateway: SessionGateway, options: NodeGatewayOptions = {}): NodeGateway {
  return withSignedIn<Door<GatewayMessage>, Door<SignedInMessage>>(
    gateway,
    (door) => (listener) => (request, response) => {
      const run = (argus: PersonPrincipal | null) => listener(Object.assign(request, { argus }), response);
      void serve({ door, options, run }, request, response);
    },
    (door) => (listener) => (request, response) => {
      const run = (argus: PersonPrincipal | null) =>
        listener(Object.assign(request, { argus: signedIn(argus) }), response);
      void serve({ door, options, run }, request, response);
    },
  );
}

/** For calls of the server to other APIs. Throws a fault where nobody is signed in. */
export function accessTokenOf(request: IncomingMessage): string {
  return keptAccessToken(request);
}

interface Guarded {
  readonly door: SessionGateway;
  readonly options: NodeGatewayOptions;
  readonly run: (argus: PersonPrincipal | null) => unknown;
}

async function serve(
  { door, options, run }: Guarded,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const verdict = await door.handleParts(gatewayPartsOf(request, request.url ?? ''));
    if (verdict.kind === 'pass') {
      keepAccessToken(request, verdict);
      keepLines(response, verdict.headers);
      const { principal } = verdict;
      if (principal && options.activity) reportNode(options.activity, response, { request, principal });
      await run(principal);
      return;
    }
    if (verdict.refusal !== null) options.onRefused?.(verdict.refusal, request);
    writeGatewayAnswer(response, verdict.answer);
  } catch (fault) {
    answerFault(response);
    (options.onFault ?? tellStandardError)(fault, request);
  }
}
