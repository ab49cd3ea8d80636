import { type Endpoint, endpoints, problemSchema } from '@argus/contract';
import { fetchAt } from './fetch-at.ts';
import type { TestServer } from './server.ts';

/** What came back, its body already checked against the contract. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers whose shape the contract has just checked
  readonly body: any;
}

export interface Sending {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser without windows: it keeps cookies, names its origin, and checks every answer against the contract. */
export interface UserAgent {
  readonly cookies: Map<string, string>;
  /** Call an endpoint of the contract by its name. */
  call(name: keyof typeof endpoints, sending?: Sending): Promise<Reply>;
  /** Any request; redirects are not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Another browser holding the same cookies: a thief's, or the same one restored. */
  copy(headers?: Readonly<Record<string, string>>): UserAgent;
}

export const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

/** A fresh browser in front of a server. */
export function userAgent(
  server: Pick<TestServer, 'url'>,
  headers: Readonly<Record<string, string>> = {},
  cookies = new Map<string, string>(),
): UserAgent {
  const always = {
    origin: 'http://localhost:8100',
    'sec-fetch-site': 'same-origin',
    'user-agent': chrome,
    ...headers,
  };
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const own: Record<string, string> = {
      ...always,
      ...(jar ? { cookie: jar } : {}),
      ...(init.headers as Record<string, string> | undefined),
    };
    const url = new URL(path, server.url);
    const response =
      own.host === undefined
        ? await fetch(url, { redirect: 'manual', ...init, headers: own })
        : await fetchAt(url, { ...init, headers: own });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    return response;
  };
  return {
    cookies,
    fetch: send,
    call: async (name, sending = {}) =>
      check(endpoints[name], await send(...request(endpoints[name], sending))),
    copy: (more = {}) => userAgent(server, { ...headers, ...more }, new Map(cookies)),
  };
}

function request(
  endpoint: Endpoint,
  { params = {}, query = {}, body, headers = {} }: Sending,
): [string, RequestInit] {
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  const sent = body ?? (endpoint.body ? {} : undefined);
  return [
    search ? `${path}?${search}` : path,
    {
      method: endpoint.method,
      headers: { ...(sent === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    },
  ];
}

async function check(endpoint: Endpoint, response: Response): Promise<Reply> {
  const text = await response.text();
  const body = text === '' ? null : JSON.parse(text);
  const { status, headers } = response;
  if (status === endpoint.success.status) endpoint.success.body?.parse(body);
  else if (headers.get('content-type')?.startsWith('application/problem+json')) problemSchema.parse(body);
  else if (endpoint.path !== '/health/ready')
    throw new Error(
      `${endpoint.method} ${endpoint.path}: ${status} is no problem answer: ${text.slice(0, 200)}`,
    );
  return { status, headers, body };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const isCleared = attributes.includes('Max-Age=0');
  if (isCleared) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
}
