import type { Request, RequestHandler } from 'express';
import { reportNode } from '../activity/report.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import type { GatewayRequirement } from '../gateway/options.ts';
import type { GatewayParts, GatewayPartsVerdict } from '../gateway/verdict.ts';
// For `request.argus`, which is declared there.
import { errorOf, routeClassOf } from './express.ts';
import { type GatewayDoorOptions, keepAccessToken, keptAccessToken } from './gateway-door.ts';
import { gatewayPartsOf, keepLines, writeGatewayAnswer } from './gateway-node-parts.ts';

export type ExpressGatewayOptions = GatewayDoorOptions<Request>;

/** The gateway for a whole application, and doors for routes that ask for something. Each is complete on its own. */
export type ExpressGateway = RequestHandler & {
  guard(requirement: GatewayRequirement): RequestHandler;
};

/** Answers below the base path, sets `req.argus` where somebody is signed in, and goes on. Put it before body parsers. */
export function expressGateway(gateway: SessionGateway, options: ExpressGatewayOptions = {}): ExpressGateway {
  const guard = (requirement: GatewayRequirement) => handlerOf(gateway.requiring(requirement), options);
  return Object.assign(handlerOf(gateway, options), { guard });
}

/** For calls of the server to other APIs. Throws a fault where nobody is signed in. */
export function accessTokenOf(request: Request): string {
  return keptAccessToken(request);
}

function handlerOf(gateway: SessionGateway, { onRefused, activity }: ExpressGatewayOptions): RequestHandler {
  return async (request, response, next) => {
    let verdict: GatewayPartsVerdict;
    try {
      verdict = await gateway.handleParts(partsOf(request));
      if (verdict.kind === 'answer' && verdict.refusal) onRefused?.(verdict.refusal, request);
    } catch (fault) {
      next(errorOf(fault));
      return;
    }
    if (verdict.kind === 'answer') {
      writeGatewayAnswer(response, verdict.answer);
      return;
    }
    const { principal } = verdict;
    if (principal) request.argus = principal;
    if (principal && activity)
      reportNode(activity, response, { request, principal, routeClass: () => routeClassOf(request) });
    keepAccessToken(request, verdict);
    keepLines(response, verdict.headers);
    next();
  };
}

function partsOf(request: Request): GatewayParts {
  const parts = gatewayPartsOf(request, request.originalUrl);
  return {
    ...parts,
    body: async (most) => {
      if (!request.readableDidRead && !request.readableEnded) return parts.body(most);
      const rebuilt = rebuiltForm(request.body);
      return rebuilt !== undefined && rebuilt.length <= most ? rebuilt : undefined;
    },
  };
}

/** A form that a body parser before this took apart, where it was flat, so that nothing is lost by writing it again. */
function rebuiltForm(body: unknown): Uint8Array | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) {
      if (typeof each !== 'string') return undefined;
      fields.append(name, each);
    }
  }
  return Buffer.from(fields.toString(), 'utf8');
}
