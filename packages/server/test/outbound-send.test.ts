import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { type OutboundOptions, openOutbound } from '../src/outbound/outbound.ts';
import { OutboundRefused } from '../src/outbound/send.ts';
import { names, privateMachine, quiet } from './outbound-stage.ts';

/** A developer's Argus: other parties are on the same machine, by plain http. */
const near = 'http://localhost:8100';
const developer = (more: Partial<OutboundOptions> = {}) =>
  openOutbound({ issuer: near, log: quiet, ...more });

async function listen(answering: RequestListener) {
  const server = createServer(answering);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://localhost:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a name that means another address a moment later', () => {
  test('is judged by the address that is connected to: it is looked up once for each connection', async () => {
    await using machine = await listen((_request, response) => response.end('hello'));
    const { asked, resolve } = names((_host, times) => (times === 1 ? ['127.0.0.1'] : ['10.0.0.1']));
    const outbound = developer({ resolve });
    assert.equal(await (await outbound.fetch(machine.url)).text(), 'hello');
    assert.equal(asked.get('localhost'), 1);
    await assert.rejects(outbound.fetch(machine.url), OutboundRefused);
    assert.equal(asked.get('localhost'), 2);
  });

  test('leads nowhere when only one of its addresses is private', async () => {
    await using machine = await privateMachine();
    const { resolve } = names(() => ['127.0.0.1', '10.0.0.1']);
    await assert.rejects(developer({ resolve }).fetch(`http://localhost:${machine.port}`), OutboundRefused);
    assert.equal(machine.visits(), 0);
  });

  test('leads nowhere when nothing is known of it', async () => {
    const { resolve } = names(() => []);
    await assert.rejects(developer({ resolve }).fetch('https://nothing.example'), /stands for nothing/);
  });
});

describe('what is sent and answered', () => {
  test('is as with fetch: method, headers and form arrive; status, headers and text come back', async () => {
    await using machine = await listen((request, response) => {
      response.writeHead(418, { 'content-type': 'text/plain', 'x-seen': `${request.method}` });
      response.write(`${request.headers['content-type']} ${request.headers['x-mine']} `);
      request.pipe(response);
    });
    const answer = await developer().fetch(machine.url, {
      method: 'POST',
      headers: { 'x-mine': 'yes' },
      body: new URLSearchParams({ a: '1 2' }),
    });
    assert.deepEqual([answer.status, answer.headers.get('x-seen')], [418, 'POST']);
    assert.equal(await answer.text(), 'application/x-www-form-urlencoded;charset=UTF-8 yes a=1+2');
  });

  test('may have no body', async () => {
    await using machine = await listen((_request, response) => response.writeHead(204).end());
    const answer = await developer().fetch(machine.url);
    assert.deepEqual([answer.status, answer.body], [204, null]);
  });

  test('is followed nowhere', async () => {
    await using secret = await privateMachine();
    await using machine = await listen((_request, response) =>
      response.writeHead(302, { location: `http://localhost:${secret.port}/` }).end(),
    );
    for (const redirect of ['manual', 'error', 'follow'] as const)
      assert.equal((await developer().fetch(machine.url, { redirect })).status, 302);
    assert.equal(secret.visits(), 0);
  });

  test('ends when the caller gives up, before the answer and in the middle of it', async () => {
    await using silent = await listen(() => undefined);
    await using dripping = await listen((_request, response) => void response.write('half'));
    for (const { url } of [silent, dripping]) {
      const giveUp = new AbortController();
      const reason = new DOMException('late', 'TimeoutError');
      const whole = developer()
        .fetch(url, { signal: giveUp.signal })
        .then(async (answer) => {
          giveUp.abort(reason);
          return answer.text();
        });
      if (url === silent.url) giveUp.abort(reason);
      await assert.rejects(whole, (error) => error === reason);
    }
  });

  test('is let go of when nobody wants the rest', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    await using machine = await listen((request, response) => {
      request.socket.once('close', () => resolve());
      response.write('x'.repeat(100_000));
    });
    await (await developer().fetch(machine.url)).body?.cancel();
    await closed;
  });
});
