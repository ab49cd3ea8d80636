import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { exactly, holdings, openStage, ownOrigin, password, raw, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
  await someone(server);
});
after(() => server[Symbol.asyncDispose]());

const host = 'Host: localhost:8100\r\n';
const close = 'Connection: close\r\n';
/** What a smuggler hides in the body of the request before. */
const smuggled = `GET /health/live HTTP/1.1\r\n${host}\r\n`;
const post = (headers: string, rest: string) => `POST /api/sign-in HTTP/1.1\r\n${host}${headers}\r\n${rest}`;
const get = (target: string, headers = '') => `GET ${target} HTTP/1.1\r\n${host}${close}${headers}\r\n`;

function answersIn(bytes: string): number[] {
  return [...bytes.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

/** Sent as it is, answered once with this status as a problem, and nothing changed. */
async function assertRefused(bytes: string | Buffer, status: number, isCut = false): Promise<void> {
  const before = await holdings(server);
  const answer = await raw(server, bytes, isCut);
  assert.deepEqual(answersIn(answer), [status], answer.slice(0, 300));
  assert.match(answer, /content-type: application\/problem\+json/i);
  assert.doesNotMatch(answer, /node:|\.ts:|HPE_|FST_/);
  assert.deepEqual(await holdings(server), before);
}

describe('whose body ends where is never a matter of opinion (request smuggling):', () => {
  const lines: readonly [what: string, bytes: string][] = [
    ['both lengths', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`)],
    [
      'both lengths, the other way round',
      post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${smuggled}`),
    ],
    ['two different Content-Lengths', post('Content-Length: 2\r\nContent-Length: 4\r\n', `{}${smuggled}`)],
    ['two equal Content-Lengths', post('Content-Length: 2\r\nContent-Length: 2\r\n', `{}${smuggled}`)],
    ['a list of Content-Lengths', post('Content-Length: 2, 2\r\n', `{}${smuggled}`)],
    ['a Content-Length with a sign', post('Content-Length: +2\r\n', '{}')],
    ['a negative Content-Length', post('Content-Length: -2\r\n', '{}')],
    ['a hexadecimal Content-Length', post('Content-Length: 0x2\r\n', '{}')],
    ['a Content-Length past all numbers', post('Content-Length: 99999999999999999999999\r\n', '{}')],
    ['an unknown transfer coding', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
    ['chunked not last', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n')],
    ['a space before the colon', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')],
    ['a folded header', post('X: a\r\n b\r\n', '')],
    ['a chunk of no length', post('Transfer-Encoding: chunked\r\n', `zz\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    [
      'a chunk length with bare line feeds',
      post('Transfer-Encoding: chunked\r\n', `2\n{}\n0\n\n${smuggled}`),
    ],
    [
      'a chunk that is longer than it says',
      post('Transfer-Encoding: chunked\r\n', `1\r\n{}\r\n0\r\n\r\n${smuggled}`),
    ],
    ['headers with bare line feeds', `GET /health/live HTTP/1.1\n${host}\n`],
    ['a carriage return inside a header', get('/', 'X: a\rY: b\r\n')],
    ['a NUL inside a header', get('/', 'X: a\0b\r\n')],
    ['a control character inside a header', get('/', 'X: a\x01b\r\n')],
    ['a space in a header name', get('/', 'X Y: a\r\n')],
    ['a header without a colon', get('/', 'X\r\n')],
    ['no Host', `GET /health/live HTTP/1.1\r\n${close}\r\n`],
    ['two Hosts', get('/health/live', 'Host: evil.example\r\n')],
    ['an expectation that nobody meets', get('/health/live', 'Expect: more\r\n')],
    ['a preface of another version', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version that there is not', `GET / HTTP/9.9\r\n${host}\r\n`],
    ['no HTTP at all', 'EHLO mail.example\r\n\r\n'],
  ];
  for (const [what, bytes] of lines) test(what, () => assertRefused(bytes, 400));

  const cut: readonly [what: string, bytes: string][] = [
    ['in its body', post('Content-Length: 100\r\n', '{"identifier":')],
    ['in a chunk', post('Transfer-Encoding: chunked\r\n', '10\r\n{')],
    ['in its headers', `POST /api/sign-in HTTP/1.1\r\n${host}Content-Le`],
  ];
  for (const [what, bytes] of cut) test(`a request cut off ${what}`, () => assertRefused(bytes, 400, true));

  test('the first bytes of TLS on the plain port', () =>
    assertRefused(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), 400));
});

describe('a strange request line is refused:', () => {
  const targets: readonly [status: number, what: string, target: string][] = [
    [400, 'a percent sequence that is none', '/%zz'],
    [400, 'a percent sequence cut off', '/%'],
    [400, 'percent-encoded bytes that are no UTF-8', '/api/sessions/%ff'],
    [400, 'an overlong percent-encoding', '/api/sessions/%c0%af'],
    [400, 'no slash in front', 'health/live'],
    [404, 'two slashes in front', '//health/live'],
    [404, 'an encoded slash for a slash', '/health%2flive'],
    [404, 'dot segments', '/health/../../etc/passwd'],
    [404, 'encoded dot segments', '/%2e%2e/%2e%2e/etc/passwd'],
    [404, 'another case', '/HEALTH/live'],
    [404, 'a slash behind', '/health/live/'],
    [404, 'a path parameter of servlets', '/health/live;x=1'],
    [404, 'a backslash', '/health\\live'],
    [404, 'a NUL in the path', '/health/live%00'],
    [400, 'a very long segment', `/api/sessions/${'x'.repeat(201)}`],
    [404, 'a name of every object', '/__proto__/constructor'],
  ];
  for (const [status, what, target] of targets) test(what, () => assertRefused(get(target), status));

  test('bytes outside ASCII', () => assertRefused(Buffer.from(get('/\xff\xfe'), 'latin1'), 400));

  for (const method of ['PROPFIND', 'TRACE', 'PURGE', 'MKCOL'])
    test(`the method ${method}`, () =>
      assertRefused(`${method} /health/live HTTP/1.1\r\n${host}${close}\r\n`, 404));

  for (const method of ['get', 'G@T', 'GETGETGET', ''])
    test(`the method “${method}”`, () =>
      assertRefused(`${method} /health/live HTTP/1.1\r\n${host}${close}\r\n`, 400));

  test('a tunnel is not answered at all', async () => {
    assert.equal(await raw(server, `CONNECT evil.example:80 HTTP/1.1\r\n${host}\r\n`), '');
  });

  test('a target that names another host is that path here', async () => {
    assert.deepEqual(answersIn(await raw(server, get('http://evil.example/health/live'))), [200]);
  });
});

describe('headers past their bounds are 431:', () => {
  const cases: readonly [what: string, bytes: string][] = [
    ['one header of 20,000 bytes', get('/', `X: ${'x'.repeat(20_000)}\r\n`)],
    ['a target of 20,000 bytes', get(`/${'x'.repeat(20_000)}`)],
    ['3,000 headers', get('/', Array.from({ length: 3000 }, (_, at) => `X-${at}: y\r\n`).join(''))],
    ['a cookie bomb', get('/account', `Cookie: ${'a=b; '.repeat(5000)}\r\n`)],
    [
      'a bomb in our own cookie',
      get('/api/session', `Cookie: __Host-argus_access=${'x'.repeat(30_000)}\r\n`),
    ],
  ];
  for (const [what, bytes] of cases) test(what, () => assertRefused(bytes, 431));

  test('what just fits is read', async () => {
    const headers = { cookie: 'a=b; '.repeat(2500) };
    assert.equal((await exactly(server, { method: 'GET', path: '/api/session', headers })).status, 401);
  });
});

describe('bodies past 64 KiB are 413:', () => {
  /** A body of exactly so many bytes that is right in everything but, perhaps, its size. */
  const bodyOf = (bytes: number) => {
    const known = JSON.stringify({ identifier: 'nobody@example.org', password });
    return known + ' '.repeat(bytes - known.length);
  };
  const headers = { origin: ownOrigin, 'content-type': 'application/json' };
  const signIn = (body: string) => exactly(server, { method: 'POST', path: '/api/sign-in', headers, body });

  test('65,536 bytes are read', async () => assert.equal((await signIn(bodyOf(65_536))).status, 401));

  test('65,537 bytes are not', async () => {
    const { status, text } = await signIn(bodyOf(65_537));
    assert.deepEqual([status, JSON.parse(text).code], [413, 'payload_too_large']);
  });

  test('nor 65,537 bytes in chunks that never say how many they are', async () => {
    const chunks = `${(60_000).toString(16)}\r\n${' '.repeat(60_000)}\r\n${(5537).toString(16)}\r\n${' '.repeat(5537)}\r\n0\r\n\r\n`;
    const head = `Origin: ${ownOrigin}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n${close}`;
    await assertRefused(post(head, chunks), 413);
  });

  test('a length of a gigabyte is refused before a byte of it came', async () => {
    const head = `Origin: ${ownOrigin}\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n`;
    await assertRefused(post(head, ''), 413);
  });

  test('a body that comes in pieces is one body', async () => {
    const body = bodyOf(100);
    const chunks = [...body].map((letter) => `1\r\n${letter}\r\n`).join('');
    const head = `Origin: ${ownOrigin}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n${close}`;
    assert.deepEqual(answersIn(await raw(server, post(head, `${chunks}0\r\n\r\n`))), [401]);
  });
});

test('requests sent at once on one connection are answered in order, each by itself', async () => {
  const bytes = `GET /health/live HTTP/1.1\r\n${host}\r\nGET /nothing HTTP/1.1\r\n${host}\r\n${get('/health/live')}`;
  assert.deepEqual(answersIn(await raw(server, bytes)), [200, 404, 200]);
});

test('fifty connections that never finish do not keep others waiting', async () => {
  const half = Array.from({ length: 50 }, () =>
    raw(server, `POST /api/sign-in HTTP/1.1\r\n${host}Content-Length: 9\r\n\r\n{`, true),
  );
  assert.equal((await exactly(server, { method: 'GET', path: '/health/live' })).status, 200);
  for (const answer of await Promise.all(half)) assert.deepEqual(answersIn(answer), [400]);
});

test('after all this the server is as it was', async () => {
  assert.equal((await exactly(server, { method: 'GET', path: '/health/ready' })).status, 200);
  await someone(server);
});
