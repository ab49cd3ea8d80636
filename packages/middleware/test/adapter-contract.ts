import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, test } from 'node:test';
import { refusalOf } from '@argus/contract';
import { contractSetting, digestOf } from './contract-app.ts';
import { chunks, dressed, publicUrl, type Serve } from './contract-routes.ts';
import type { Listening } from './fake-issuer.ts';
import { json, type Reply, type Sent, send, sendBytes } from './plain-client.ts';

/** What is particular to one framework. */
export interface Particulars {
  /** Of two Authorization lines it shows the application one. Stated in the declaration of its adapter, too. */
  readonly hidesRepeatedLines?: true;
  /** Where the framework itself mounts everything, as clients see it. */
  readonly prefix?: string;
  /** Cases that only this framework has. */
  readonly more?: (run: Run) => void;
}

type Setting = Awaited<ReturnType<typeof contractSetting>>;
interface Running extends Setting {
  readonly port: number;
  readonly prefix: string;
  /** A request and what is to come of it. */
  ask(path: string, lines?: readonly string[], more?: Partial<Sent>): Promise<Reply>;
  proof(token: string, path: string, claims?: object): Promise<string[]>;
}
export type Run = () => Running;

/** One suite for all adapters, over real HTTP: the same routes, the same requests, the same answers. */
export function adapterContract(name: string, serve: Serve, particulars: Particulars = {}): void {
  describe(`the adapter for ${name}`, () => {
    let running: Running;
    let server: Listening;
    before(async () => {
      const setting = await contractSetting();
      server = await serve(setting.app);
      running = runningAt(server.port, setting, particulars);
    });
    after(() => server[Symbol.asyncDispose]());
    beforeEach(() => {
      running.seen.handlers = 0;
      running.seen.refusals.length = 0;
      running.app.faults.length = 0;
    });
    const run = () => running;
    letsIn(run);
    refuses(run, particulars);
    challenges(run);
    takesProofs(run);
    leavesAlone(run);
    keepsFaultsIn(run);
    keepsPeopleApart(run);
    particulars.more?.(run);
  });
}

function runningAt(port: number, setting: Setting, { prefix = '' }: Particulars): Running {
  const { maker } = setting;
  return {
    ...setting,
    port,
    prefix,
    ask: (path, lines = [], more = {}) => send(port, { path: `${prefix}${path}`, lines, ...more }),
    proof: async (token, path, claims = {}) => [
      'authorization',
      `DPoP ${token}`,
      'dpop',
      await maker.prove(token, { htu: `${publicUrl}${prefix}${path}`, ...claims }),
    ],
  };
}

const me = '/app/api/me';
const bearer = (token: string) => ['authorization', `Bearer ${token}`];
const cookie = (token: string) => ['cookie', `theme=dark; __Host-argus_access=${token}`];

function letsIn(run: Run): void {
  test('a bearer token reaches the handler with its principal, frozen', async () => {
    const { ask, issuer, seen } = run();
    const reply = await ask(me, bearer(await issuer.token()));
    assert.equal(reply.status, 200);
    const user = issuer.claims().sub;
    assert.deepEqual(json(reply), {
      kind: 'person',
      source: 'bearer',
      tenant: 'default',
      user,
      isFrozen: true,
    });
    assert.deepEqual(seen, { handlers: 1, refusals: [] });
  });

  test('a cookie lets in reading, and writing from pages of the same origin only', async () => {
    const { ask, issuer, seen } = run();
    const own = cookie(await issuer.token());
    const post = (lines: string[]) => ask(me, [...own, ...lines], { method: 'POST' });
    const read = await ask(me, own);
    assert.deepEqual([read.status, json(read).source], [200, 'cookie']);
    assert.equal((await post(['sec-fetch-site', 'same-origin'])).status, 200);
    assert.equal((await post(['origin', issuer.url])).status, 200);
    assert.equal(seen.handlers, 3);
    const foreign = [['sec-fetch-site', 'cross-site'], ['origin', 'https://evil.example'], []];
    for (const lines of foreign) {
      const reply = await post([...lines, 'x-forwarded-host', 'evil.example']);
      assert.deepEqual([reply.status, json(reply).code], [403, 'foreign_origin']);
    }
    assert.equal(seen.handlers, 3);
    assert.equal(seen.refusals.filter((told) => told === 'foreign_origin foreign-origin').length, 3);
  });

  test('HEAD is guarded like GET, and both answers have no body', async () => {
    const { ask, issuer, seen } = run();
    const good = await ask(me, bearer(await issuer.token()), { method: 'HEAD' });
    assert.deepEqual([good.status, good.body.length], [200, 0]);
    const none = await ask(me, [], { method: 'HEAD' });
    assert.deepEqual([none.status, none.body.length], [401, 0]);
    assert.match(String(none.headers['www-authenticate']), /^Bearer realm="argus"/);
    assert.equal(seen.handlers, 1);
  });

  test('OPTIONS of a guarded route is guarded, too', async () => {
    const { ask, issuer, seen } = run();
    assert.equal((await ask(me, [], { method: 'OPTIONS' })).status, 401);
    assert.equal((await ask(me, bearer(await issuer.token()), { method: 'OPTIONS' })).status, 200);
    assert.equal(seen.handlers, 1);
  });

  test('what is outside stays open, and what is nowhere is 404', async () => {
    const { ask, seen } = run();
    const open = await ask('/open');
    assert.deepEqual([open.status, open.body.toString()], [200, 'open']);
    assert.equal((await ask('/nowhere')).status, 404);
    assert.deepEqual(seen.refusals, []);
  });
}

function refuses(run: Run, { hidesRepeatedLines }: Particulars): void {
  test('a request without a token is the whole problem with its challenge, and reaches no handler', async () => {
    const { ask, seen } = run();
    const reply = await ask(me);
    assert.equal(reply.status, 401);
    assert.equal(
      reply.headers['www-authenticate'],
      'Bearer realm="argus", DPoP realm="argus", algs="RS256 PS256 ES256 EdDSA"',
    );
    assert.match(String(reply.headers['content-type']), /^application\/problem\+json/);
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    assert.equal(json(reply).code, 'missing_token');
    assert.deepEqual(seen, { handlers: 0, refusals: ['missing_token no-credentials'] });
  });

  test('a token in the query is not taken, and the log learns of it', async () => {
    const { ask, issuer, seen } = run();
    assert.equal((await ask(`${me}?access_token=${await issuer.token()}`)).status, 401);
    assert.deepEqual(seen, { handlers: 0, refusals: ['missing_token token-in-query'] });
  });

  test('bearer token and cookie together are refused', async () => {
    const { ask, issuer, seen } = run();
    const token = await issuer.token();
    const reply = await ask(me, [...bearer(token), ...cookie(token)]);
    assert.deepEqual([reply.status, json(reply).code], [400, 'ambiguous_credentials']);
    assert.deepEqual(seen, { handlers: 0, refusals: ['ambiguous_credentials bearer-and-cookie'] });
  });

  test('two cookie lines with a token each are refused', async () => {
    const { ask, issuer, seen } = run();
    const reply = await ask(me, [...cookie(await issuer.token()), ...cookie('x')]);
    assert.equal(json(reply).code, 'invalid_request');
    assert.equal(seen.handlers, 0);
  });

  const outcome = hidesRepeatedLines ? 'are read as the first of them (A LIMIT)' : 'are refused';
  test(`two Authorization lines ${outcome}`, async () => {
    const { port, prefix, issuer, seen } = run();
    const good = `Bearer ${await issuer.token()}`;
    for (const [first, second] of [
      [good, 'Bearer x'],
      [good, good],
      [good, 'DPoP x'],
      ['Bearer x', good],
    ]) {
      const lines = [`GET ${prefix}${me} HTTP/1.1`, `Authorization: ${first}`, `authorization: ${second}`];
      const [head = ''] = (await sendBytes(port, lines)).split('\r\n');
      const read = first === good ? 200 : 401;
      assert.ok(head.startsWith(`HTTP/1.1 ${hidesRepeatedLines ? read : 400} `), head);
    }
    if (!hidesRepeatedLines) assert.equal(seen.handlers, 0);
  });

  test('refused requests with large bodies reach no handler', async () => {
    const { ask, seen } = run();
    const body = Readable.from([randomBytes(4096), randomBytes(4096)]);
    assert.equal((await ask('/app/api/echo', [], { method: 'POST', body })).status, 401);
    assert.equal(seen.handlers, 0);
  });
}

function challenges(run: Run): void {
  const told = (code: Parameters<typeof refusalOf>[0], error: string) =>
    `Bearer realm="argus", error="${error}", error_description="${refusalOf(code).sentence}"`;
  const stepUp = 'insufficient_user_authentication';

  test('an inner door asks for more than the outer one, and says what', async () => {
    const { ask, issuer, seen } = run();
    const stale = issuer.claims().auth_time - 3_600;
    const poor = bearer(await issuer.token({ auth_time: stale, sct: stale * 1000 }));
    const answers: [string, number, string | undefined][] = [
      ['scope', 403, `${told('insufficient_scope', 'insufficient_scope')}, scope="notes.write"`],
      ['role', 403, undefined],
      ['level', 401, `${told(stepUp, stepUp)}, acr_values="urn:argus:aal2"`],
      ['fresh', 401, `${told(stepUp, stepUp)}, max_age="300"`],
    ];
    for (const [route, status, challenge] of answers) {
      const reply = await ask(`/app/api/${route}`, poor);
      assert.deepEqual([reply.status, reply.headers['www-authenticate']], [status, challenge], route);
    }
    assert.deepEqual(seen, {
      handlers: 0,
      refusals: [
        'insufficient_scope missing-scope',
        'denied missing-role',
        `${stepUp} weak-authentication`,
        `${stepUp} stale-authentication`,
      ],
    });
    assert.equal((await ask(me, poor)).status, 200, 'the outer door does not ask for it');
  });

  test('who has what an inner door asks for comes in', async () => {
    const { ask, issuer, seen } = run();
    const rich = await issuer.token({ scope: 'notes.write', roles: ['owner'], acr: 'urn:argus:aal3' });
    for (const route of ['scope', 'role', 'level', 'fresh']) {
      assert.equal((await ask(`/app/api/${route}`, bearer(rich))).status, 200, route);
    }
    assert.equal(seen.handlers, 4);
  });

  test('while the issuer cannot be reached nobody comes in, and is told when to try again', async () => {
    const { ask, issuer, seen } = run();
    const reply = await ask('/down/me', bearer(await issuer.token()));
    assert.deepEqual([reply.status, json(reply).code], [503, 'unavailable']);
    assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/);
    assert.deepEqual(seen, { handlers: 0, refusals: ['unavailable issuer-unreachable'] });
  });
}

function takesProofs(run: Run): void {
  test('a bound token comes in with a proof for the public URL, once', async () => {
    const { ask, bound, proof, seen } = run();
    const lines = await proof(await bound(), me);
    const first = await ask(`${me}?page=2`, lines);
    assert.deepEqual([first.status, json(first).source], [200, 'dpop']);
    const again = await ask(me, lines);
    assert.deepEqual([again.status, json(again).code], [401, 'invalid_dpop_proof']);
    assert.deepEqual(seen, { handlers: 1, refusals: ['invalid_dpop_proof replayed-proof'] });
  });

  test('a proof for the path without its prefix, or for another host, is not taken', async () => {
    const { ask, bound, proof, prefix, maker, seen } = run();
    const token = await bound();
    assert.equal((await ask(me, await proof(token, '/api/me'))).status, 401);
    const foreign = await maker.prove(token, { htu: `https://evil.example${prefix}${me}` });
    const lines = ['authorization', `DPoP ${token}`, 'dpop', foreign, 'x-forwarded-host', 'evil.example'];
    assert.equal((await ask(me, lines)).status, 401);
    assert.equal(seen.handlers, 0);
  });

  test('an outer and an inner door share one proof', async () => {
    const { ask, bound, proof } = run();
    assert.equal((await ask('/app/api/fresh', await proof(await bound(), '/app/api/fresh'))).status, 200);
  });

  test('a bound token as Bearer, and two proofs, are refused', async () => {
    const { ask, bound, proof, seen } = run();
    const token = await bound();
    assert.equal((await ask(me, bearer(token))).status, 401);
    const [, , , second = ''] = await proof(token, me);
    assert.equal((await ask(me, [...(await proof(token, me)), 'dpop', second])).status, 401);
    assert.equal(seen.handlers, 0);
  });

  keepsTheNonce(run, '/nonce/stream');
}

export function keepsTheNonce(run: Run, path: string): void {
  test(`the nonce for the next proof is on the answer of ${path} beside what the handler set`, async () => {
    const { ask, bound, proof, clock, seen } = run();
    const withoutNonce = await ask(path, await proof(await bound(), path));
    assert.deepEqual([withoutNonce.status, json(withoutNonce).code], [401, 'use_dpop_nonce']);
    const nonce = String(withoutNonce.headers['dpop-nonce']);
    // In the second half of its life a nonce is good, and the answer brings a newer one.
    clock.advance(120_000);
    const good = await ask(path, await proof(await bound(), path, { nonce }));
    assert.deepEqual([good.status, good.body.toString()], [202, chunks.join('')]);
    assert.equal(good.headers['x-own'], dressed['x-own']);
    assert.equal(typeof good.headers['dpop-nonce'], 'string');
    assert.notEqual(good.headers['dpop-nonce'], nonce);
    assert.equal(good.headers['cache-control'], 'no-store', 'no cache keeps a nonce');
    assert.deepEqual(seen, { handlers: 1, refusals: ['use_dpop_nonce missing-nonce'] });
  });
}

function leavesAlone(run: Run): void {
  test('a large body passes untouched, with a length and in chunks', async () => {
    const { ask, issuer } = run();
    const lines = [...bearer(await issuer.token()), 'content-type', 'application/octet-stream'];
    const large = randomBytes(3_000_000);
    for (const body of [large, Readable.from([large.subarray(0, 70_000), large.subarray(70_000)])]) {
      const reply = await ask('/app/api/echo', lines, { method: 'POST', body });
      assert.deepEqual([reply.status, digestOf(reply.body)], [200, digestOf(large)]);
    }
  });

  test('status, headers and stream of the handler pass untouched', async () => {
    const { ask, issuer } = run();
    const reply = await ask('/app/api/stream', bearer(await issuer.token()));
    assert.deepEqual([reply.status, reply.body.toString()], [202, chunks.join('')]);
    for (const [name, value] of Object.entries(dressed)) {
      assert.ok(String(reply.headers[name]).startsWith(value), name);
    }
  });
}

function keepsFaultsIn(run: Run): void {
  test('what a handler throws is a 500 that tells nothing, and the framework learns of it', async () => {
    const { ask, issuer, app } = run();
    const reply = await ask('/app/api/fault', bearer(await issuer.token()));
    assert.equal(reply.status, 500);
    const answer = JSON.stringify([reply.headers, reply.body.toString()]);
    for (const secret of [app.secret, 'adapter', issuer.claims().sub]) assert.ok(!answer.includes(secret));
    const [fault] = app.faults;
    assert.ok(fault instanceof Error && fault.message === app.secret);
  });

  test('a check that throws lets nobody in, whatever it throws', async () => {
    const { ask, bound, proof, seen } = run();
    const reply = await ask('/broken/me', await proof(await bound(), '/broken/me'));
    assert.equal(reply.status, 500);
    assert.equal(seen.handlers, 0);
  });
}

function keepsPeopleApart(run: Run): void {
  test('a hundred requests at once each get their own principal', async () => {
    const { ask, issuer, bound, proof, seen } = run();
    const kinds = [
      async (sub: string) => bearer(await issuer.token({ sub })),
      async (sub: string) => cookie(await issuer.token({ sub })),
      async (sub: string) => proof(await bound({ sub }), me),
      async (sub: string) => bearer(await issuer.token({ sub, tenant: 'acme' })),
    ];
    const requests = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const sub = `person-${at}`;
        return { sub, isGood: at % 4 !== 3, lines: (await kinds[at % 4]?.(sub)) ?? [] };
      }),
    );
    const replies = await Promise.all(requests.map(({ lines }) => ask(me, lines)));
    for (const [at, reply] of replies.entries()) {
      const { sub, isGood } = requests[at] ?? {};
      const wanted = isGood ? [200, sub] : [401, undefined];
      assert.deepEqual([reply.status, json(reply).user], wanted);
    }
    assert.equal(seen.handlers, 75);
    assert.equal(seen.refusals.length, 25);
  });
}
