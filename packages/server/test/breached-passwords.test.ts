import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { judgeEnvironment, readEnvironment } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { openStage, password as usual } from './stage.ts';

const leaked = 'a password that leaked somewhere';
const suffixOf = (password: string) =>
  createHash('sha1').update(password).digest('hex').toUpperCase().slice(5);

let server: TestServer;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[] = [];
const range = createServer((request, response) => {
  asked.push(request);
  answer(request, response);
});

before(async () => {
  await new Promise<void>((resolve) => range.listen(0, '127.0.0.1', resolve));
  const { port } = range.address() as AddressInfo; // it listens on TCP
  server = await openStage({
    config: { breachedPasswordsUrl: `http://127.0.0.1:${port}/range/`, logLevel: 'silent' },
  });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  range.closeAllConnections();
  range.close();
});
beforeEach(() => {
  asked = [];
  answer = (_, response) =>
    response.end(`0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n${suffixOf(leaked)}:42\r\n`);
});

let people = 0;
async function signUp(password: string) {
  people += 1;
  const body = { email: `person-${people}@example.org`, password };
  const { status, body: told } = await userAgent(server).call('signUp', { body });
  return told.code ?? status;
}

async function lookups(outcome: string): Promise<number> {
  const { values } = await server.argus.services.metrics.breachedLookups.get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

test('a password that leaked is refused; twenty bits of its hash are all that is sent', async () => {
  assert.equal(await signUp(leaked), 'password_breached');
  assert.equal(asked.length, 1);
  const [request] = asked;
  const prefix = createHash('sha1').update(leaked).digest('hex').toUpperCase().slice(0, 5);
  assert.equal(request?.url, `/range/${prefix}`);
  assert.equal(request?.method, 'GET');
  assert.equal(request?.headers['add-padding'], 'true');
  assert.equal(request?.headers.cookie, undefined);
  assert.equal(await lookups('found'), 1);
});

test('a password that did not leak is taken', async () => {
  assert.equal(await signUp(usual), 201);
  assert.equal(await lookups('clear'), 1);
});

test('padding, which is listed with a count of nothing, is no leak', async () => {
  answer = (_, response) => response.end(`${suffixOf(leaked)}:0\r\n`);
  assert.equal(await signUp(leaked), 201);
});

test('nobody is asked about a password that is refused anyway', async () => {
  assert.equal(await signUp('short'), 'password_too_short');
  assert.equal(await signUp('aaaaaaaaaaaaaaa'), 'password_common');
  assert.equal(asked.length, 0);
});

const outages: readonly [what: string, answer: typeof answer][] = [
  ['answers with a fault', (_, response) => response.writeHead(503).end('busy')],
  ['hangs up', (request) => request.socket.destroy()],
  ['leads elsewhere', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  [
    'never stops',
    (_, response) => {
      const more = () => {
        if (!response.destroyed) response.write(`${'A'.repeat(64 * 1024)}\n`, () => setImmediate(more));
      };
      more();
    },
  ],
];
for (const [what, outage] of outages) {
  test(`when the range ${what}, the list that comes with the server decides, and it is counted`, async () => {
    const before = await lookups('failed');
    answer = outage;
    assert.equal(await signUp(leaked), 201);
    assert.equal(await signUp('aaaaaaaaaaaaaaa'), 'password_common');
    assert.equal(await lookups('failed'), before + 1);
  });
}

test('when the range is silent, the person waits two seconds and not for ever', async () => {
  const before = await lookups('failed');
  answer = () => {};
  assert.equal(await signUp(leaked), 201);
  assert.equal(await lookups('failed'), before + 1);
});

test('the address of the range must be one that tells nobody on the way', () => {
  const judged = (ARGUS_BREACHED_PASSWORDS_URL: string) =>
    judgeEnvironment(readEnvironment({ ARGUS_BREACHED_PASSWORDS_URL }));
  const good = judged('https://api.pwnedpasswords.com/range/');
  assert.equal(good.config?.breachedPasswordsUrl, 'https://api.pwnedpasswords.com/range/');
  assert.equal(judged('').config?.breachedPasswordsUrl, null);
  const bad = [
    'http://range.example/',
    'https://range.example/range',
    'https://me@range.example/',
    'range',
    'https://range.example/?x=/',
  ];
  for (const url of bad)
    assert.match(judged(url).mistakes?.join() ?? '', /ARGUS_BREACHED_PASSWORDS_URL/, url);
});

test('context words are words', () => {
  const judged = (ARGUS_CONTEXT_WORDS: string) => judgeEnvironment(readEnvironment({ ARGUS_CONTEXT_WORDS }));
  assert.deepEqual(judged('Harbour Bank, teller').config?.contextWords, ['Harbour Bank', 'teller']);
  assert.match(judged('ab').mistakes?.join() ?? '', /ARGUS_CONTEXT_WORDS/);
});
