import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { DegradedBehaviour } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { Argus } from '../src/index.ts';
import {
  guardWith,
  linkTo,
  openArgus,
  type Registered,
  registerService,
  signedIn,
  until,
  untilLive,
} from './link-stage.ts';

/** A wire that can be cut: what runs through it breaks, and nothing new gets through until it is mended. */
interface Wire extends AsyncDisposable {
  readonly url: string;
  cut(): void;
  mend(): void;
}

async function wireTo(target: string): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const { port } = new URL(target);
  const server: Server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

let server: TestServer;
let service: Registered;
before(async () => {
  server = await openArgus();
  service = await registerService(server, 'notes-api');
});
after(() => server[Symbol.asyncDispose]());

interface Cut extends AsyncDisposable {
  readonly argus: Argus;
  readonly wire: Wire;
  reasonFor(request: Request): Promise<string>;
}

/** An application whose wire to Argus has been cut for ten seconds, while one of two sessions ended. */
async function cutOff(degraded?: DegradedBehaviour): Promise<Cut> {
  const stack = new AsyncDisposableStack();
  const wire = stack.use(await wireTo(server.url));
  const argus = stack.use(linkTo(server, service, { argusUrl: wire.url, ...(degraded ? { degraded } : {}) }));
  await untilLive(argus);
  const guard = guardWith(server, argus);
  return {
    argus,
    wire,
    async reasonFor(request) {
      const verdict = await guard.check(request);
      return verdict.ok ? 'let in' : `${verdict.response.status} ${verdict.reason}`;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe('with the feed cut for ten seconds', () => {
  test('whoever fails closed lets nobody in, and knows exactly who ended when it is mended', async () => {
    await using cut = await cutOff('fail-closed');
    const [stays, goes] = [await signedIn(server), await signedIn(server)];
    for (const each of [stays, goes]) assert.equal(await cut.reasonFor(each.request()), 'let in');
    cut.wire.cut();
    await goes.browser.call('endSession');
    server.clock.advance(10_000);
    assert.equal(cut.argus.state().feed, 'stale');
    for (const each of [stays, goes])
      assert.equal(await cut.reasonFor(each.request()), '503 revocations-unknown');
    cut.wire.mend();
    await untilLive(cut.argus);
    assert.equal(await cut.reasonFor(stays.request()), 'let in');
    assert.equal(await cut.reasonFor(goes.request()), '401 ended');
  });

  test('whoever accepts until expiry lets both in, and refuses the ended one when it is mended', async () => {
    await using cut = await cutOff('accept-until-expiry');
    const [stays, goes] = [await signedIn(server), await signedIn(server)];
    for (const each of [stays, goes]) assert.equal(await cut.reasonFor(each.request()), 'let in');
    cut.wire.cut();
    await goes.browser.call('endSession');
    server.clock.advance(10_000);
    for (const each of [stays, goes]) assert.equal(await cut.reasonFor(each.request()), 'let in');
    cut.wire.mend();
    await untilLive(cut.argus);
    assert.equal(await cut.reasonFor(stays.request()), 'let in');
    assert.equal(await cut.reasonFor(goes.request()), '401 ended');
  });

  test('whoever asks token by token refuses the ended one as long as Argus answers, and both when it does not', async () => {
    await using cut = await cutOff();
    const [stays, goes] = [await signedIn(server), await signedIn(server)];
    for (const each of [stays, goes]) assert.equal(await cut.reasonFor(each.request()), 'let in');
    cut.wire.cut();
    await goes.browser.call('endSession');
    server.clock.advance(10_000);
    for (const each of [stays, goes])
      assert.equal(await cut.reasonFor(each.request()), '503 revocations-unknown');
    // The wire is mended, but the feed has not come back: each token is asked about.
    server.clock.advance(2_000);
    cut.wire.mend();
    assert.equal(await cut.reasonFor(stays.request()), 'let in');
    assert.equal(await cut.reasonFor(goes.request()), '401 ended');
    await untilLive(cut.argus);
  });
});

test('a stream that was cut for a moment goes on where it was, without a snapshot', async () => {
  await using wire = await wireTo(server.url);
  const places: (string | null)[] = [];
  const watching: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (input === `${wire.url}/service/v1/revocations`) places.push(headers.get('last-event-id'));
    return fetch(input, init);
  };
  await using argus = linkTo(server, service, { argusUrl: wire.url, fetch: watching });
  await untilLive(argus);
  const { browser } = await signedIn(server);
  await browser.call('endSession');
  const { entries } = argus.state().revocations;
  await until(() => argus.state().revocations.entries > entries || entries > 0, 'the end is heard');
  const begun = argus.state().streams;
  wire.cut();
  const gone = await signedIn(server);
  await gone.browser.call('endSession');
  wire.mend();
  await until(
    () => argus.state().streams > begun && argus.state().trouble === null,
    'there is another stream',
  );
  const guard = guardWith(server, argus);
  await until(async () => !(await guard.check(gone.request())).ok, 'what ended meanwhile is refused');
  assert.equal(places[0], null);
  assert.match(places.at(-1) ?? '', /^[1-9]\d*$/);
});
