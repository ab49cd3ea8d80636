import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { chrome, userAgent } from '@argus/testing/user-agent';
import { writeCookie } from '../src/http/cookies.ts';
import type { Route } from '../src/http/route.ts';
import { allRoutes, filledPath } from './routes.ts';
import {
  administrator,
  cookieHeader,
  type Exact,
  exactly,
  openStage,
  ownOrigin,
  type Person,
  password,
  raw,
  someone,
} from './stage.ts';

interface Answer {
  readonly what: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

let routes: readonly Route[];
let plain: TestServer;
let secure: TestServer;
let answersOf: { readonly plain: readonly Answer[]; readonly secure: readonly Answer[] };
before(async () => {
  routes = await allRoutes();
  plain = await openStage();
  const issuer = 'https://login.example';
  secure = await openStage({ config: { issuer, origins: [issuer, ownOrigin] } });
  answersOf = { plain: await everyRoute(plain), secure: await everyRoute(secure) };
});
after(async () => {
  await plain[Symbol.asyncDispose]();
  await secure[Symbol.asyncDispose]();
});

/** An answer that came as bytes. */
function parsed(what: string, bytes: string): Answer {
  const [head = '', text = ''] = bytes.split('\r\n\r\n', 2);
  const [line = '', ...fields] = head.split('\r\n');
  const headers = fields.map((field) => {
    const at = field.indexOf(':');
    return [field.slice(0, at).toLowerCase(), field.slice(at + 1).trim()];
  });
  return { what, status: Number(line.split(' ')[1]), headers: Object.fromEntries(headers), text };
}

function filled(path: string): string {
  return filledPath(path, {});
}

/** Every route as its caller may find it: from our page with a session, and from nowhere with nothing. */
async function everyRoute(server: TestServer): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { method, path, accepts } of routes) {
    const person = await administrator(server);
    const cookie = { cookie: cookieHeader(person.browser), 'user-agent': chrome };
    const own = { ...cookie, origin: ownOrigin, 'sec-fetch-site': 'same-origin' };
    for (const [who, headers] of [
      ['with a session', own],
      ['from nowhere', {}],
    ] as const) {
      const type = accepts === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
      const body = method === 'POST' ? { body: accepts === 'form' ? 'a=b' : '{}' } : {};
      const exact: Exact = {
        method,
        path: filled(path),
        headers: { 'content-type': type, ...headers },
        ...body,
      };
      answers.push({ what: `${method} ${path} ${who}`, ...(await exactly(server, exact)) });
    }
  }
  return answers;
}

/** What goes wrong before or beside the routes. */
async function everyError(server: TestServer): Promise<Answer[]> {
  const { headers: own } = { headers: { origin: ownOrigin, 'content-type': 'application/json' } };
  const asked: readonly [status: number, exact: Exact][] = [
    [404, { method: 'GET', path: '/nothing/here' }],
    [404, { method: 'POST', path: '/nothing/here', headers: own, body: '{}' }],
    [405, { method: 'PUT', path: '/api/session' }],
    [400, { method: 'GET', path: '/%zz' }],
    [400, { method: 'POST', path: '/api/sign-in', headers: own, body: '{' }],
    [413, { method: 'POST', path: '/api/sign-in', headers: own, body: 'x'.repeat(65_537) }],
    [
      415,
      { method: 'POST', path: '/api/sign-in', headers: { ...own, 'content-type': 'text/xml' }, body: '{}' },
    ],
  ];
  const answers: Answer[] = [];
  for (const [status, exact] of asked) {
    const answer = { what: `${exact.method} ${exact.path}`, ...(await exactly(server, exact)) };
    assert.equal(answer.status, status, answer.what);
    answers.push(answer);
  }
  const bytes: readonly [status: number, what: string, bytes: string][] = [
    [431, 'a header bomb', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    [400, 'no HTTP', 'hello\r\n\r\n'],
    [400, 'no Host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [400, 'an expectation', 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: more\r\nConnection: close\r\n\r\n'],
  ];
  for (const [status, what, sent] of bytes) {
    const answer = parsed(what, await raw(server, sent));
    assert.equal(answer.status, status, what);
    answers.push(answer);
  }
  return [...answers, await aFault(server)];
}

/** A fault of ours: the keys are not there. */
async function aFault(server: TestServer): Promise<Answer> {
  const { keys, log } = server.argus.services;
  const { ring } = keys;
  const { error } = log;
  Object.assign(keys, { ring: () => assert.fail('at /some/place/of/ours.ts:1:1') });
  Object.assign(log, { error: () => undefined });
  try {
    const answer = {
      what: 'a fault',
      ...(await exactly(server, { method: 'GET', path: '/.well-known/jwks.json' })),
    };
    assert.equal(answer.status, 500);
    return answer;
  } finally {
    Object.assign(keys, { ring });
    Object.assign(log, { error });
  }
}

function assertHeaders({ what, status, headers, text }: Answer, isSecure: boolean): void {
  assert.equal(headers['x-content-type-options'], 'nosniff', what);
  assert.equal(headers['referrer-policy'], 'no-referrer', what);
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin', what);
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin', what);
  assert.equal(headers['x-frame-options'], 'DENY', what);
  assert.ok(headers['permissions-policy'], what);
  const policy = String(headers['content-security-policy']);
  for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"])
    assert.ok(policy.includes(rule), `${what}: ${rule}`);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/, what);
  // Scripts run on pages that load one of ours, and nothing but such scripts.
  const loadsScript = /<script type="module" src="\/assets\//.test(text);
  assert.equal(policy.endsWith("; script-src 'self'"), loadsScript, what);
  assert.equal(/script-src/.test(policy), loadsScript, what);
  const isPage = String(headers['content-type']).startsWith('text/html');
  assert.equal(/\bsandbox\b/.test(policy), !isPage, `${what}: only a page may be rendered`);
  assert.equal(headers['strict-transport-security'] !== undefined, isSecure, what);
  if (isSecure)
    assert.match(String(headers['strict-transport-security']), /^max-age=(31536000|\d{9,})/, what);
  for (const name of ['server', 'x-powered-by']) assert.equal(headers[name], undefined, what);
  const isPublic = /\.well-known|\/assets\//.test(what) && status === 200;
  if (!isPublic) assert.equal(headers['cache-control'], 'no-store', what);
  // RFC 6750 §3.1: whoever showed no token is told the scheme and nothing else.
  const isBareChallenge = status === 401 && text === '' && headers['www-authenticate'] !== undefined;
  if (status < 400 || isPage || isBareChallenge) return;
  const isOAuth = what.includes(' /oauth/') && String(headers['content-type']).startsWith('application/json');
  (isOAuth ? assertOAuthError : assertProblem)({ what, status, headers, text });
}

function assertProblem({ what, status, headers, text }: Answer): void {
  if (/health\/ready/.test(what)) return;
  assert.match(String(headers['content-type']), /^application\/problem\+json/, what);
  const problem = JSON.parse(text);
  assert.equal(problem.status, status, what);
  assert.ok(problem.code && problem.title && problem.type, what);
  assert.doesNotMatch(text, /\bat \/|\.ts:|node:internal|Error:/, `${what}: no trace of the inside`);
}

/** RFC 6749 §5.2. */
function assertOAuthError({ what, headers, text }: Answer): void {
  assert.match(String(headers['content-type']), /^application\/json/, what);
  assert.deepEqual(Object.keys(JSON.parse(text)), ['error', 'error_description'], what);
}

describe('every answer bears the security headers', () => {
  test('of every route, on plain http without HSTS', () => {
    for (const answer of answersOf.plain) assertHeaders(answer, false);
  });
  test('of every route, with HSTS where the issuer is https', () => {
    for (const answer of answersOf.secure) assertHeaders(answer, true);
  });
  test('of every error, on plain http', async () => {
    for (const answer of await everyError(plain)) assertHeaders(answer, false);
  });
  test('of every error, with HSTS where the issuer is https', async () => {
    for (const answer of await everyError(secure)) assertHeaders(answer, true);
  });
});

test('only the public keys and what tells of them may be read by other origins, and they by all', () => {
  for (const { what, headers, status } of answersOf.plain) {
    const isKeys = what.includes('/.well-known/') && status === 200;
    assert.equal(headers['access-control-allow-origin'], isKeys ? '*' : undefined, what);
    assert.equal(headers['access-control-allow-credentials'], undefined, what);
  }
});

describe('every cookie of every answer', () => {
  /** A person's whole way, with every answer on it. */
  async function theWay(server: TestServer): Promise<{ answers: Answer[]; person: Person }> {
    const answers: Answer[] = [];
    const person = await someone(server);
    const collect = async (what: string, response: Response) => {
      const { status, headers } = response;
      const text = await response.text();
      answers.push({ what, status, headers: { 'set-cookie': headers.getSetCookie() }, text });
      return text;
    };
    const { browser, email } = person;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const json = { 'content-type': 'application/json' };
    const post = async (path: string, headers: Record<string, string>, body: string) =>
      collect(`POST ${path}`, await browser.fetch(path, { method: 'POST', headers, body }));
    await post('/api/session/refresh', json, '{"idleSeconds":0}');
    await post(
      '/api/password',
      json,
      JSON.stringify({ currentPassword: password, newPassword: `${password}!` }),
    );
    await collect('GET /account', await browser.fetch('/account'));
    server.clock.advance(290_000);
    await collect('GET /account that refreshes', await browser.fetch('/account'));
    await collect('DELETE /api/session', await browser.fetch('/api/session', { method: 'DELETE' }));
    const page = await collect('GET /sign-in', await browser.fetch('/sign-in'));
    const formToken = /name="formToken" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const fields = { identifier: email, password: `${password}!`, formToken };
    await post('/sign-in', form, new URLSearchParams(fields).toString());
    const stranger = userAgent(server);
    const body = JSON.stringify({ identifier: email, password: `${password}!` });
    await collect(
      'POST /api/sign-in',
      await stranger.fetch('/api/sign-in', { method: 'POST', headers: json, body }),
    );
    return { answers, person };
  }

  function linesOf(answers: readonly Answer[]): string[] {
    return answers.flatMap(({ headers }) => headers['set-cookie'] ?? []);
  }

  test('is pinned to this host, hidden from scripts, sent only over secure channels, and small enough', async () => {
    const lines = linesOf([...(await theWay(plain)).answers, ...answersOf.plain]);
    const seen = new Set<string>();
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split('; ');
      const name = pair.slice(0, pair.indexOf('='));
      seen.add(name);
      assert.ok(Object.values<string>(cookieNames).includes(name), line);
      assert.match(name, /^__Host-/);
      for (const attribute of ['Secure', 'HttpOnly', 'Path=/', 'SameSite=Lax'])
        assert.equal(attributes.filter((each) => each === attribute).length, 1, `${attribute} in ${line}`);
      assert.ok(!attributes.some((each) => /^(domain|expires|partitioned)/i.test(each)), line);
      assert.ok(pair.length <= 4096, `${name} is too large`);
    }
    assert.deepEqual([...seen].sort(), Object.values(cookieNames).sort(), 'every cookie was met');
  });

  test('never shows its value in a body', async () => {
    const { answers } = await theWay(plain);
    const values = linesOf(answers)
      .map((line) => line.slice(line.indexOf('=') + 1, line.indexOf(';')))
      .filter((value) => value !== '');
    assert.ok(values.length >= 8);
    for (const { what, text } of answers)
      for (const value of values) {
        assert.ok(!text.includes(value), what);
        for (const part of value.split('.')) if (part.length > 20) assert.ok(!text.includes(part), what);
      }
  });

  test('that would be too large for a browser is a fault here and not a silent loss there', () => {
    const most = 4096 - cookieNames.access.length - 1;
    assert.ok(writeCookie({ name: 'access', value: 'x'.repeat(most) }));
    assert.throws(() => writeCookie({ name: 'access', value: 'x'.repeat(most + 1) }), /too large/);
  });
});
