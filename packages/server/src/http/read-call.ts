import { defaultTenant } from '@argus/contract';
import { userAgentLimit } from '@argus/core';
import type { FastifyRequest } from 'fastify';
import type { Refused } from './answer.ts';
import { parseForm, parseJson, parseParameters } from './body.ts';
import { addressOf, isLocal } from './caller.ts';
import { readCookies } from './cookies.ts';
import { isOwnPage } from './csrf.ts';
import type { Call, Route } from './route.ts';

// Calls that prove themselves by what they carry: a foreign page that makes one gains nothing by the person's cookies.
const cookieless: ReadonlySet<Route['accepts']> = new Set(['operator', 'oauth', 'foreign-json', 'signed']);

/** What a route is handed of a request, or why it is not. Whoever is meant is found afterwards. */
export function readCall(route: Route, request: FastifyRequest, origins: readonly string[]): Call | Refused {
  const isGuarded = route.method !== 'GET' && !cookieless.has(route.accepts);
  if (isGuarded && !isOwnPage(request.headers, origins)) return { refused: 'foreign_origin' };
  // The API answers scripts; as the target of a navigation it would be a page that nobody designed (ASVS 3.2.1).
  if (route.endpoint && request.headers['sec-fetch-dest'] === 'document' && route.path.startsWith('/api/'))
    return { refused: 'denied' };
  const body = bodyOf(route, request);
  if ('refused' in body) return body;
  return {
    method: route.method,
    params: request.params as Record<string, string>, // find-my-way gives strings
    query: queryOf(request.url),
    search: searchOf(request.url),
    body: body.value,
    headers: request.headers,
    url: request.raw.url ?? '',
    fields: linesOf(request.raw.rawHeaders),
    bytes: bytesOf(request),
    cookies: readCookies(request.headers.cookie),
    origin: {
      ip: addressOf(request),
      userAgent: request.headers['user-agent']?.slice(0, userAgentLimit) ?? null,
    },
    isLocal: isLocal(request),
    tenant: defaultTenant,
  };
}

function linesOf(raw: readonly string[]): (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) lines.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return lines;
}

function bytesOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : nothing;
}

const nothing = Buffer.alloc(0);

function bodyOf(route: Route, request: FastifyRequest): { readonly value: unknown } | Refused {
  if (route.accepts === 'signed') return { value: undefined };
  const { headers } = request;
  const bytes = bytesOf(request);
  const isForm = route.accepts === 'form' || route.accepts === 'oauth';
  if (bytes.length === 0 && route.accepts !== 'oauth') return { value: isForm ? {} : undefined };
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  const wanted = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  if (route.accepts === 'nothing' || (type !== wanted && bytes.length > 0))
    return { refused: 'unsupported_media_type' };
  if (route.accepts === 'oauth') return parseParameters(bytes);
  return isForm ? parseForm(bytes) : parseJson(bytes);
}

/** Query fields; of a field that comes twice the first counts nowhere, so it is left out. */
function queryOf(url: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const query = new URLSearchParams(searchOf(url));
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    if (values.length === 1) fields[name] = values[0] ?? '';
  }
  return fields;
}

function searchOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}
