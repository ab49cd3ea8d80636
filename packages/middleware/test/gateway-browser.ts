import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { chrome } from '@argus/testing/user-agent';

export interface Landed {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Every URL on the way, the last one included. */
  readonly trail: readonly string[];
}

export interface Manners {
  readonly email?: string;
  readonly password?: string;
  /** Stop before this is loaded: what a browser would have gone to next. */
  readonly stopAt?: (url: URL) => boolean;
}

/** A browser without windows: it keeps cookies by host, as browsers do, follows redirects and fills in Argus's forms. */
export interface Browser {
  readonly jar: Map<string, Map<string, string>>;
  /** Cookies of a host, as a thief would copy them. */
  cookiesOf(url: string): Map<string, string>;
  /** One request as a page load; no redirect is followed. */
  load(url: string | URL, init?: RequestInit): Promise<Response>;
  /** One request as a script of that origin's page sends it. */
  call(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Go there as a person would, until a page that is none of Argus's forms, or `stopAt`. */
  visit(url: string | URL, manners?: Manners): Promise<Landed>;
  /** Send a form from a page of the same origin, and go on from there. */
  submit(url: string | URL, fields: Readonly<Record<string, string>>, manners?: Manners): Promise<Landed>;
  copy(): Browser;
}

export interface Person {
  readonly issuer: string;
  readonly email: string;
  readonly password: string;
}

export function newBrowser(person: Person, jar = new Map<string, Map<string, string>>()): Browser {
  const cookiesOf = (url: string | URL) => {
    const { hostname } = new URL(url);
    const known = jar.get(hostname) ?? new Map<string, string>();
    jar.set(hostname, known);
    return known;
  };
  const send = async (
    url: string | URL,
    init: RequestInit,
    always: Record<string, string>,
  ): Promise<Response> => {
    const cookies = cookiesOf(url);
    const line = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers({ 'user-agent': chrome, ...always, ...(line ? { cookie: line } : {}) });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const response = await sent(new URL(url), { ...init, headers });
    for (const set of response.headers.getSetCookie()) keep(cookies, set);
    return response;
  };
  const load: Browser['load'] = (url, init = {}) =>
    send(url, init, {
      accept: 'text/html,application/xhtml+xml',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': init.method === 'POST' ? 'same-origin' : 'none',
      'sec-fetch-dest': 'document',
    });
  const call: Browser['call'] = (url, init = {}) =>
    send(url, init, {
      accept: 'application/json',
      'sec-fetch-mode': 'cors',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-dest': 'empty',
    });
  const post = (url: URL, fields: Readonly<Record<string, string>>) =>
    load(url, {
      method: 'POST',
      headers: { origin: url.origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const travel = async (from: URL, first: Response, manners: Manners): Promise<Landed> => {
    const trail = [String(from)];
    let at = from;
    let response = first;
    for (let step = 0; step < 20; step += 1) {
      const led = ledTo(response);
      const body = await response.text();
      const { status, headers } = response;
      const done = () => ({ url: at, status, headers, body, trail });
      if (led !== null) {
        at = new URL(led, at);
        trail.push(String(at));
        if (manners.stopAt?.(at)) return done();
        response = await load(at);
        continue;
      }
      const form = at.origin === person.issuer ? formOf(body, { ...person, ...manners }) : null;
      if (form === null) return done();
      at = new URL(form.action, at);
      trail.push(String(at));
      response = await post(at, form.fields);
    }
    throw new Error(`no end after 20 steps: ${trail.join('\n')}`);
  };
  return {
    jar,
    cookiesOf,
    load,
    call,
    visit: async (url, manners = {}) => travel(new URL(url), await load(url), manners),
    submit: async (url, fields, manners = {}) =>
      travel(new URL(url), await post(new URL(url), fields), manners),
    copy: () => newBrowser(person, new Map([...jar].map(([host, cookies]) => [host, new Map(cookies)]))),
  };
}

/** Where an answer leads by itself at once: a redirect, or a page that goes on. */
export function ledTo({ headers }: Response): string | null {
  return headers.get('location') ?? /^0;url=(.*)$/.exec(headers.get('refresh') ?? '')?.[1] ?? null;
}

export function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

export function hiddenFields(form: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields[unescaped(name)] = unescaped(/value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  return fields;
}

/** By hand, since `fetch` of Node says `Sec-Fetch-Mode: cors` of everything. */
function sent(url: URL, { method = 'GET', headers, body }: RequestInit): Promise<Response> {
  const lines = Object.fromEntries(new Headers(headers));
  const text = typeof body === 'string' ? body : '';
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...lines, 'content-length': Buffer.byteLength(text) },
      agent: false,
    };
    const request = httpRequest(url, options, (answer) => {
      buffer(answer).then((bytes) => {
        const { statusCode: status = 0, rawHeaders } = answer;
        const head = new Headers();
        for (let at = 0; at < rawHeaders.length; at += 2) {
          head.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
        }
        const isEmpty = [204, 304].includes(status);
        resolve(new Response(isEmpty ? null : bytes, { status, headers: head }));
      }, reject);
    });
    request.on('error', reject);
    request.end(text);
  });
}

function formOf(page: string, person: { email: string; password: string }) {
  if (page.includes('class="banner problem"')) return null;
  const { email, password } = person;
  const answers: Record<string, Record<string, string>> = {
    '/sign-in': { identifier: email, password },
    '/step-up': { password },
    '/oauth/consent': { decision: 'allow' },
    '/oauth/account': { decision: 'continue' },
  };
  for (const [, attributes = '', body = ''] of page.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    const action = unescaped(/action="([^"]*)"/.exec(attributes)?.[1] ?? '');
    const answer = answers[action];
    if (answer) return { action, fields: { ...hiddenFields(body), ...answer } };
  }
  return null;
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  if (attributes.includes('Max-Age=0')) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
}
