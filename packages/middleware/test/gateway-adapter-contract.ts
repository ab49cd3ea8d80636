import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, test } from 'node:test';
import { digestOf } from './contract-app.ts';
import type { Listening } from './fake-issuer.ts';
import {
  chunks,
  gatewayContractSetting,
  longestForm,
  newCookies,
  ownCookies,
  type ServeGateway,
} from './gateway-contract-app.ts';
import { until } from './link-stage.ts';
import { json, type Reply, type Sent, send } from './plain-client.ts';

export interface GatewayParticulars {
  /** Where the framework itself mounts everything, as clients see it. */
  readonly prefix?: string;
  /** Cases that only this framework has. */
  readonly more?: (run: Run) => void;
}

interface Running extends Awaited<ReturnType<typeof gatewayContractSetting>> {
  readonly prefix: string;
  ask(path: string, lines?: readonly string[], more?: Partial<Sent>): Promise<Reply>;
}
export type Run = () => Running;

/** One suite for the gateway in all frameworks, over real HTTP. */
export function gatewayAdapterContract(
  name: string,
  serve: ServeGateway,
  { prefix = '', more }: GatewayParticulars = {},
): void {
  describe(`the gateway in ${name}`, () => {
    let running: Running;
    let server: Listening;
    before(async () => {
      const setting = await gatewayContractSetting();
      server = await serve(setting.app);
      const ask: Running['ask'] = (path, lines = [], more = {}) =>
        send(server.port, { path: `${prefix}${path}`, lines, ...more });
      running = { ...setting, prefix, ask };
    });
    after(() => server[Symbol.asyncDispose]());
    beforeEach(() => {
      running.seen.handlers = 0;
      running.seen.told.length = 0;
      running.seen.refusals.length = 0;
      running.seen.recorded.length = 0;
      running.app.faults.length = 0;
    });
    const run = () => running;
    passesOn(run);
    answersItself(run);
    addsCookies(run);
    leavesAlone(run);
    keepsFaultsIn(run);
    more?.(run);
  });
}

const ada = ['cookie', 'theme=dark; who=ada'];
const renew = ['x-renew', 'yes'];
const cookiesOf = ({ headers }: Reply): string[] => [...(headers['set-cookie'] ?? [])].sort();
const sorted = (lines: readonly string[]): string[] => [...lines].sort();

function passesOn(run: Run): void {
  test('a request goes on with who is signed in, and with nobody', async () => {
    const { ask, seen } = run();
    assert.deepEqual(json(await ask('/who', ada)), { user: 'ada' });
    assert.deepEqual(json(await ask('/who')), { user: null });
    assert.deepEqual(seen.handlers, 2);
    assert.deepEqual(seen.refusals, []);
  });

  test('an inner door asks for somebody, and the application reads the principal and the token there', async () => {
    const { ask, seen } = run();
    assert.deepEqual(json(await ask('/me', ada)), { user: 'ada' });
    assert.deepEqual(json(await ask('/me', ada, { method: 'POST' })), { user: 'ada' });
    assert.equal((await ask('/token', ada)).body.toString(), 'token of ada');
    const nobody = await ask('/me');
    assert.deepEqual([nobody.status, json(nobody).code], [401, 'missing_token']);
    assert.deepEqual(seen.refusals, ['missing_token no-session']);
  });

  test('a refusal is written whole, reaches no handler, and the log learns why', async () => {
    const { ask, seen } = run();
    const reply = await ask('/role', ada);
    assert.deepEqual([reply.status, json(reply)], [403, { code: 'denied' }]);
    assert.match(String(reply.headers['content-type']), /^application\/problem\+json/);
    assert.deepEqual([seen.handlers, seen.refusals], [0, ['denied missing-role']]);
  });

  test('what somebody signed in does is reported once, through however many doors; what nobody does is not', async () => {
    const { ask, seen } = run();
    await ask('/who');
    await ask('/me', ada);
    await until(() => seen.recorded.length > 0, 'the request is reported');
    const told = seen.recorded.map(({ principal, method, status, bytesOut }) => [
      principal.kind === 'person' && principal.userId,
      method,
      status,
      bytesOut > 0,
    ]);
    assert.deepEqual(told, [['ada', 'GET', 200, true]]);
  });

  test('the gateway is told the URL as the client sent it, with prefix and query', async () => {
    const { ask, prefix, seen } = run();
    await ask('/who?a=%2F&b=c', ada);
    assert.ok(seen.told.length > 0);
    for (const told of seen.told) {
      assert.equal(told.replace(/http:\/\/[^/]+/, ''), `GET ${prefix}/who?a=%2F&b=c`);
    }
  });

  test('a hundred requests at once each get their own principal', async () => {
    const { ask } = run();
    const names = Array.from({ length: 100 }, (_, at) => `person-${at}`);
    const replies = await Promise.all(names.map((name) => ask('/me', ['cookie', `who=${name}`])));
    assert.deepEqual(
      replies.map((reply) => json(reply).user),
      names,
    );
  });
}

function answersItself(run: Run): void {
  test('paths of the gateway are answered before the routes of the application, with redirect and cookies', async () => {
    const { ask, seen } = run();
    for (const method of ['GET', 'HEAD', 'POST']) {
      const reply = await ask('/auth/sign-in', [], { method });
      assert.deepEqual(
        [reply.status, reply.headers.location],
        [303, 'https://argus.example/authorize?a=b&c=d'],
        method,
      );
      assert.deepEqual(cookiesOf(reply), sorted(newCookies), method);
      // Next.js writes the address into the body of a redirect.
      assert.ok(['', reply.headers.location].includes(reply.body.toString()), method);
    }
    assert.equal(seen.handlers, 0);
  });

  test('paths of the gateway that are no routes of the application are answered, too', async () => {
    const { ask } = run();
    assert.equal((await ask('/auth/nothing')).status, 404);
    const form = ['content-type', 'application/x-www-form-urlencoded'];
    const reply = await ask('/auth/form', form, { method: 'POST', body: Buffer.from('a=b&c=%20') });
    assert.deepEqual([reply.status, reply.body.toString()], [200, 'a=b&c=%20']);
    assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8');
  });

  test('a form that is longer than the gateway reads is answered all the same', async () => {
    const { ask } = run();
    const form = ['content-type', 'application/x-www-form-urlencoded'];
    const long = Buffer.alloc(longestForm * 200, 'a');
    for (const body of [long, Readable.from([long.subarray(0, 70_000), long.subarray(70_000)])]) {
      const reply = await ask('/auth/form', form, { method: 'POST', body });
      assert.deepEqual([reply.status, reply.body.toString()], [200, 'too long']);
    }
  });
}

function addsCookies(run: Run): void {
  test('new cookies are on the answer beside those that the application sets, and no cache keeps it', async () => {
    const { ask, seen } = run();
    const reply = await ask('/dressed', [...ada, ...renew]);
    assert.deepEqual([reply.status, reply.body.toString()], [202, chunks.join('')]);
    assert.deepEqual(cookiesOf(reply), sorted([...ownCookies, ...newCookies]));
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.equal(seen.handlers, 1);
  });

  test('new cookies of one person never get into what the application sets for the next one', async () => {
    const { ask } = run();
    await ask('/dressed', [...ada, ...renew]);
    assert.deepEqual(cookiesOf(await ask('/dressed', ['cookie', 'who=eve'])), [
      'lang=de; Path=/',
      'theme=dark; Path=/',
    ]);
  });

  test('without new cookies the answer of the application is its own', async () => {
    const { ask } = run();
    const reply = await ask('/dressed', ada);
    assert.deepEqual(cookiesOf(reply), sorted(ownCookies));
    assert.equal(reply.headers['cache-control'], 'public');
  });

  test('new cookies are on answers to HEAD, on redirects, on refusals of inner doors and on 404', async () => {
    const { ask } = run();
    const head = await ask('/dressed', [...ada, ...renew], { method: 'HEAD' });
    assert.deepEqual(cookiesOf(head), sorted([...ownCookies, ...newCookies]));
    assert.equal(head.body.length, 0);
    const moved = await ask('/moved', [...ada, ...renew]);
    assert.equal(moved.headers.location?.endsWith('/elsewhere'), true);
    for (const reply of [
      moved,
      await ask('/role', [...ada, ...renew]),
      await ask('/nowhere', [...ada, ...renew]),
    ]) {
      assert.deepEqual(cookiesOf(reply), sorted(newCookies), String(reply.status));
    }
  });
}

function leavesAlone(run: Run): void {
  test('the body of a request that goes on is untouched, with a length and in chunks', async () => {
    const { ask } = run();
    const lines = [...ada, ...renew, 'content-type', 'application/octet-stream'];
    const large = randomBytes(3_000_000);
    for (const body of [large, Readable.from([large.subarray(0, 70_000), large.subarray(70_000)])]) {
      const reply = await ask('/echo', lines, { method: 'POST', body });
      assert.deepEqual([reply.status, digestOf(reply.body)], [200, digestOf(large)]);
      assert.deepEqual(cookiesOf(reply), sorted(newCookies));
    }
  });
}

function keepsFaultsIn(run: Run): void {
  test('what a handler throws is a 500 that tells nothing, and new cookies are not lost by it', async () => {
    const { ask, app } = run();
    const reply = await ask('/fault', [...ada, ...renew]);
    assert.equal(reply.status, 500);
    assert.ok(!JSON.stringify([reply.headers, reply.body.toString()]).includes(app.secret));
    const [fault] = app.faults;
    assert.ok(fault instanceof Error && fault.message === app.secret);
    assert.deepEqual(cookiesOf(reply), sorted(newCookies));
  });

  test('a gateway that throws lets nobody in, whatever it throws', async () => {
    const { ask, seen } = run();
    for (const path of ['/who', '/role']) assert.equal((await ask(path, ['x-throw', 'yes'])).status, 500);
    assert.equal(seen.handlers, 0);
  });
}
