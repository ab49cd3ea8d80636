import type { Request, RequestHandler, Response } from 'express';
import { ProtectionFault } from '../fault.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import type { GatewayRequirement } from '../gateway/options.ts';
import { readAll } from '../gateway/request-body.ts';
import type { GatewayParts, GatewayRefusal, HeaderLine } from '../gateway/verdict.ts';
import { partsOfMessage } from './node-parts.ts';

export interface ExpressGatewayOptions {
  /** Told of every refusal, for the application's log. The reason is not for the caller. */
  readonly onRefused?: (refusal: GatewayRefusal, request: Request) => void;
}

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
  const token = accessTokens.get(request)?.() ?? null;
  if (token === null) throw new ProtectionFault('nobody is signed in here: guard the route');
  return token;
}

const accessTokens = new WeakMap<Request, () => string | null>();

function handlerOf(gateway: SessionGateway, { onRefused }: ExpressGatewayOptions): RequestHandler {
  return async (request, response, next) => {
    const verdict = await gateway.handleParts(partsOf(request));
    if (verdict.kind === 'pass') {
      if (verdict.principal) request.argus = verdict.principal;
      accessTokens.set(request, verdict.accessToken);
      addLate(response, verdict.headers);
      next();
      return;
    }
    if (verdict.refusal) onRefused?.(verdict.refusal, request);
    const { status, headers, body } = verdict.answer;
    setLines(response, headers);
    response.writeHead(status);
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

function partsOf(request: Request): GatewayParts {
  return {
    ...partsOfMessage(request, request.originalUrl),
    body: async (most) => {
      if (!request.readableDidRead && !request.readableEnded) return readStream(request, most);
      const rebuilt = rebuiltForm(request.body);
      return rebuilt !== undefined && rebuilt.length <= most ? rebuilt : undefined;
    },
  };
}

/** What is too long is read on and thrown away, since a connection that is cut would take the answer along. */
async function readStream(request: Request, most: number): Promise<Uint8Array | undefined> {
  const bytes = await readAll(request.iterator({ destroyOnReturn: false }), most);
  if (bytes === undefined) request.resume();
  return bytes;
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

/** With the head of the answer, so that nothing the application sets on the way takes the new cookies out again. */
function addLate(response: Response, lines: readonly HeaderLine[]): void {
  if (lines.length === 0) return;
  const { writeHead } = response;
  response.writeHead = function lateHead(this: Response, ...head: Parameters<typeof writeHead>) {
    response.writeHead = writeHead;
    setLines(response, lines);
    return writeHead.apply(response, head);
  } as typeof writeHead;
}

function setLines(response: Response, lines: readonly HeaderLine[]): void {
  for (const [name, value] of lines) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
}
