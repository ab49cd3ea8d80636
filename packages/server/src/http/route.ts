import type { IncomingHttpHeaders } from 'node:http';
import type { Endpoint, Parsed, Schema, TenantId } from '@argus/contract';
import type { Services } from '../services.ts';
import type { Answer, Refused } from './answer.ts';
import { problemAnswer } from './answer.ts';
import type { CallOrigin } from './caller.ts';
import type { Cookies } from './cookies.ts';

/** One request, parsed as far as HTTP goes. */
export interface Call {
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The query as it came, without the question mark. */
  readonly search: string;
  /** JSON value, form fields, or the `Parameters` of an OAuth call; undefined without a body. */
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Path and query as they came. */
  readonly url: string;
  /** The lines of the header as they came, in order: what is signed is judged by them. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The bytes of the body. */
  readonly bytes: Buffer;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
  /** A program on this machine calls, as far as anyone can see (`isLocal` in caller.ts). */
  readonly isLocal: boolean;
  /** The tenant this host serves. */
  readonly tenant: TenantId;
}

/** A route of the server. `accepts` says what an unsafe request must carry. */
export interface Route {
  readonly method: Endpoint['method'];
  readonly path: string;
  /**
   * `json`: JSON or nothing from our own pages; `form`: the same with form fields; `operator`: JSON with a key;
   * `oauth`: OAuth parameters and `foreign-json`: JSON, both from anywhere, because no cookie counts there; `signed`:
   * bytes that nobody reads before their signature is verified.
   */
  readonly accepts: 'json' | 'form' | 'operator' | 'oauth' | 'foreign-json' | 'signed' | 'nothing';
  /** Whose pages may read the answer: everybody's, or those of origins that a client registered. */
  readonly cors?: 'any' | 'registered';
  readonly endpoint?: Endpoint;
  /** `oauth`: refusals are the JSON of RFC 6749 §5.2; otherwise problems (RFC 9457). */
  readonly speaks?: 'oauth';
  /**
   * What names the tenant where the host does not: the link that is brought, the sign-in that goes on, or the domain of
   * an address (`tenant/tenant-of-call.ts`).
   */
  readonly tenantBy?: 'link' | 'attempt' | 'address';
  /** Which answers leave on a beat (`Pace`), because their time could tell whether somebody has an account here. */
  readonly paced?: 'all' | 'refusals';
  handle(services: Services, call: Call): Promise<Answer>;
}

/** The route with these answers on a beat. */
export function paced(which: NonNullable<Route['paced']>, route: Route): Route {
  return { ...route, paced: which };
}

/** The route whose tenant is named by this where the host names none. */
export function tenantBy(what: NonNullable<Route['tenantBy']>, route: Route): Route {
  return { ...route, tenantBy: what };
}

/** A call whose parts have the forms that the contract gives them. */
export interface EndpointCall<E extends Endpoint> extends Omit<Call, 'params' | 'query' | 'body'> {
  /** What is called; a call of administration tells by it which permission it takes. */
  readonly endpoint: E;
  readonly params: Parsed<E['params'], Record<never, never>>;
  readonly query: Parsed<E['query'], Record<never, never>>;
  readonly body: Parsed<E['body'], undefined>;
}

/** Bind an endpoint of the contract to a flow; what does not fit the contract never reaches the flow. */
export function endpointRoute<const E extends Endpoint>(
  endpoint: E,
  handle: (services: Services, call: EndpointCall<E>) => Promise<Answer>,
): Route {
  return {
    ...routeHead(endpoint),
    handle: (services, call) => answerParsed(endpoint, call, (parsed) => handle(services, parsed)),
  };
}

/** Where an endpoint is found, and in which form its calls come. */
export function routeHead(endpoint: Endpoint): Omit<Route, 'handle'> {
  return {
    method: endpoint.method,
    path: endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    accepts: formOf(endpoint),
    endpoint,
  };
}

function formOf({ caller, method }: Endpoint): Route['accepts'] {
  if (caller === 'operator') return 'operator';
  if (caller === 'service') return 'signed';
  return method === 'GET' ? 'nothing' : 'json';
}

/** Answer a call as its endpoint parses it, or tell what does not fit. */
export async function answerParsed<const E extends Endpoint>(
  endpoint: E,
  call: Call,
  answer: (call: EndpointCall<E>) => Promise<Answer>,
): Promise<Answer> {
  const parsed = parseCall(endpoint, call);
  if ('refused' in parsed) return problemAnswer(parsed);
  return answer({ ...call, ...parsed, endpoint } as EndpointCall<E>); // parsed by the very schemas of E
}

type Issue = NonNullable<ReturnType<Schema['safeParse']>['error']>['issues'][number];

/** Where and why; each key that is not known has a place of its own. */
function mistakesIn(issue: Issue): { readonly path: string[]; readonly message: string }[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], message: 'is not known here' }));
}

function parseCall(
  endpoint: Endpoint,
  call: Call,
): { params: unknown; query: unknown; body: unknown } | Refused {
  const errors: { path: string; message: string }[] = [];
  const parse = (schema: Schema | undefined, value: unknown, place: string): unknown => {
    if (!schema) return value;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const more = result.error.issues.flatMap(mistakesIn).slice(0, 20 - errors.length);
    for (const { path, message } of more)
      errors.push({ path: [place, ...path].join('.').slice(0, 200), message: message.slice(0, 200) });
    return undefined;
  };
  const parts = {
    params: parse(endpoint.params, call.params, 'path'),
    query: parse(endpoint.query, call.query, 'query'),
    body: parse(endpoint.body, call.body, 'body'),
  };
  return errors.length > 0 ? { refused: 'invalid_request', errors } : parts;
}
