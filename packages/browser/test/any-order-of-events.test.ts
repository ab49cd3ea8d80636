import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFakeBrowser, type FakeBrowser } from './fake-browser.ts';

const minute = 60_000;

type Happening =
  | { readonly kind: 'run' | 'sleep'; readonly ms: number }
  | { readonly kind: 'act' | 'wake' | 'hide' | 'kill' | 'sign-out' | 'stay' | 'fetch'; readonly tab: number }
  | { readonly kind: 'open' | 'offline' | 'online' | 'lose-replies' | 'end' | 'sign-in' };

const tab = fc.nat({ max: 5 });
const gentle = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ms: fc.integer({ min: 200, max: 6 * minute }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('sleep' as const),
      ms: fc.integer({ min: 1000, max: 12 * minute }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('act' as const, 'wake', 'hide', 'stay', 'fetch'), tab }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), tab }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'open' as const }) },
);
const rough = fc.oneof(
  { weight: 8, arbitrary: gentle },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sign-out' as const), tab }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('offline' as const, 'online', 'lose-replies', 'end', 'sign-in'),
    }),
  },
);

const life = (happening: fc.Arbitrary<Happening>) =>
  fc.record({ seed: fc.integer(), happenings: fc.array(happening, { minLength: 5, maxLength: 40 }) });

async function live(happenings: readonly Happening[], browser: FakeBrowser): Promise<void> {
  for (let n = 0; n < 3; n += 1) browser.openTab({ isVisible: n === 0 });
  for (const happening of happenings) await happen(browser, happening);
}

async function happen(browser: FakeBrowser, happening: Happening): Promise<void> {
  const { network, server } = browser;
  switch (happening.kind) {
    case 'run':
      return browser.run(happening.ms);
    case 'sleep':
      return browser.sleep(happening.ms);
    case 'open':
      if (browser.states().length < 6) browser.openTab({ isVisible: browser.tabs.length % 2 === 0 });
      return;
    case 'offline':
      network.isOnline = false;
      return;
    case 'online':
      network.isOnline = true;
      network.losesReplies = false;
      for (const each of browser.tabs) browser.wake(each);
      return;
    case 'lose-replies':
      network.losesReplies = true;
      return;
    case 'end':
      server.session.isEnded = true;
      return;
    case 'sign-in':
      browser.signInElsewhere();
      return;
    default:
      happenInTab(browser, happening.kind, happening.tab);
  }
}

function happenInTab(
  browser: FakeBrowser,
  kind: Extract<Happening, { tab: number }>['kind'],
  number: number,
): unknown {
  const one = browser.tabs[number];
  if (!one?.isAlive) return undefined;
  const ignore = (): void => undefined;
  switch (kind) {
    case 'act':
      return browser.act(one);
    case 'wake':
      one.isVisible = true;
      return browser.wake(one);
    case 'hide':
      one.isVisible = false;
      return undefined;
    case 'kill':
      return browser.killTab(one);
    case 'stay':
      return one.session.staySignedIn();
    case 'sign-out':
      return one.session.signOut().catch(ignore);
    case 'fetch':
      return one.session.fetch('/api/notes').catch(ignore);
    default:
      return kind satisfies never;
  }
}

/** The storm is over: the network is back and every tab comes to the front once. */
async function calm(browser: FakeBrowser): Promise<void> {
  await happen(browser, { kind: 'online' });
  await browser.run(30_000);
  for (const each of browser.tabs) happenInTab(browser, 'wake', browser.tabs.indexOf(each));
  await browser.run(30_000);
}

/** Every tab agrees with the server about whether somebody is signed in, and about who. */
function assertTruth(browser: FakeBrowser): void {
  const { server, network } = browser;
  const isSignedIn = server.isLive() && network.jar.sessionId === server.session.id;
  for (const { isAlive, name, session, faults } of browser.tabs) {
    assert.deepEqual(faults, []);
    if (!isAlive) continue;
    const { current } = session;
    assert.equal(current.state === 'signed-in', isSignedIn, `${name} is ${current.state}`);
    if (current.state === 'signed-in') assert.equal(current.session.id, server.session.id);
  }
}

test('in any order of events no two refreshes are under way at once and every tab learns the truth', async () => {
  await fc.assert(
    fc.asyncProperty(life(rough), async ({ seed, happenings }) => {
      const browser = createFakeBrowser({ seed });
      await live(happenings, browser);
      await calm(browser);
      assert.ok(browser.network.mostRefreshes <= 1);
      assertTruth(browser);
    }),
    { numRuns: 400, seed: 20260105 },
  );
});

test('without Web Locks every tab learns the truth all the same', async () => {
  await fc.assert(
    fc.asyncProperty(life(rough), async ({ seed, happenings }) => {
      const browser = createFakeBrowser({ seed, hasLocks: false });
      await live(happenings, browser);
      await calm(browser);
      await browser.run(minute);
      assertTruth(browser);
    }),
    { numRuns: 200, seed: 20260106 },
  );
});

test('while the network holds, no refresh is ever taken for a replay, whatever tabs come and go', async () => {
  await fc.assert(
    fc.asyncProperty(life(gentle), async ({ seed, happenings }) => {
      const browser = createFakeBrowser({ seed });
      await live(happenings, browser);
      await calm(browser);
      assert.equal(browser.server.session.isEnded, false);
      assertTruth(browser);
    }),
    { numRuns: 300, seed: 20260107 },
  );
});
