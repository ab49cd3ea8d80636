import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SessionId } from '@argus/contract';
import { endEarlyOnes, endExpiredSessions } from '@argus/server';
import { changePolicy, type WrittenPolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { type Reply, type UserAgent, userAgent } from '@argus/testing/user-agent';
import fc from 'fast-check';
import { rowOf } from './enforcement-stage.ts';
import * as life from './session-life.ts';
import { openStage, password, refresh } from './stage.ts';

const second = 1_000;
const minute = 60 * second;
/** More where there is time for it. */
const numRuns = Number(process.env.ARGUS_LIFE_RUNS ?? 5);

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

/** A document, and what it comes to for a person without a role and for one with the role `admin`. */
interface Known {
  readonly written: WrittenPolicy;
  readonly comesTo: life.Policy;
}

const usual: life.Rules = { idleSeconds: 1_800, absoluteSeconds: 43_200, most: 10, freshSeconds: 900 };
const policies: readonly Known[] = [
  { written: {}, comesTo: [usual, usual] },
  {
    written: { session: { idleMinutes: 4 } },
    comesTo: [
      { ...usual, idleSeconds: 240 },
      { ...usual, idleSeconds: 240 },
    ],
  },
  {
    written: {
      session: { idleMinutes: 10, absoluteHours: 0.5 },
      authentication: { stepUp: { maxAgeMinutes: 3 } },
      overrides: [{ when: { role: 'admin' }, set: { session: { idleMinutes: 2 } } }],
    },
    comesTo: [600, 120].map((idleSeconds) => ({
      ...usual,
      idleSeconds,
      absoluteSeconds: 1_800,
      freshSeconds: 180,
    })),
  },
  {
    written: {
      session: { idleMinutes: 120 },
      overrides: [
        { when: { role: 'admin' }, set: { session: { absoluteHours: 0.25, concurrent: { max: 2 } } } },
      ],
    },
    comesTo: [
      { ...usual, idleSeconds: 7_200 },
      { ...usual, idleSeconds: 7_200, absoluteSeconds: 900, most: 2 },
    ],
  },
];

/** A browser, and the session it holds. */
interface Browser {
  agent: UserAgent;
  held: life.Life | null;
}

interface Real {
  readonly emails: readonly string[];
  readonly browsers: Browser[];
  /** How the server names the sessions of the model. */
  readonly names: Map<life.Life, SessionId>;
}

type Step = fc.AsyncCommand<life.World, Real>;

/** A step that one browser takes. */
function step(
  what: string,
  at: number,
  take: (world: life.World, real: Real, browser: Browser) => Promise<void>,
): Step {
  return {
    check: () => true,
    async run(world, real) {
      server.clock.advance(second);
      world.now += second;
      const browser = real.browsers[at] as Browser; // there are as many as are counted
      await take(world, real, browser);
      await compare(world, real);
    },
    toString: () => `${what} ${at}`,
  };
}

/** What an answer says, in the words of the model. */
function saidBy({ status, body }: Reply): string {
  return status < 300 ? 'ok' : body.code;
}

async function compare(world: life.World, { names }: Real): Promise<void> {
  for (const [each, name] of names) {
    const row = await rowOf(server, name);
    assert.equal(row.end_reason, each.endReason);
    met.add(row.end_reason ?? 'active');
    if (!life.isLive(world, each)) continue;
    const stored = [row.last_active_at, row.idle_expires_at, row.absolute_expires_at];
    assert.deepEqual(stored, [each.lastActiveAt, each.idleEndsAt, each.absoluteEndsAt]);
  }
}

/** What a browser asks is answered as the model says; without a session it is told to sign in. */
function asks(
  what: string,
  at: number,
  [ask, expected]: [
    ask: (agent: UserAgent) => Promise<Reply>,
    expected: (world: life.World, held: life.Life) => string,
  ],
): Step {
  return step(what, at, async (world, _real, browser) => {
    const said = saidBy(await ask(browser.agent));
    met.add(said);
    assert.equal(said, browser.held ? expected(world, browser.held) : 'session_required');
    // What has ended is taken from the browser where it would renew it.
    if (what.startsWith('refresh') && said === 'session_ended') browser.held = null;
  });
}

const signsIn = (at: number, user: number): Step =>
  step(`sign in as ${user} at`, at, async (world, real, browser) => {
    const body = { identifier: real.emails[user], password };
    const answer = await browser.agent.call('signIn', { body });
    browser.held = life.signIn(world, user, browser.held);
    real.names.set(browser.held, answer.body.session.id);
  });

const ends = (at: number): Step =>
  step('sign out at', at, async (_world, _real, browser) => {
    assert.equal((await browser.agent.call('endSession')).status, 204);
    if (browser.held?.endReason === null) browser.held.endReason = 'signed-out';
    browser.held = null;
  });

const endsAll = (at: number): Step =>
  step('end all of the person at', at, async (world, _real, browser) => {
    const { held } = browser;
    const said = saidBy(await browser.agent.call('endAllSessions'));
    assert.equal(said, held ? life.use(world, held) : 'session_required');
    if (said !== 'ok' || !held) return;
    for (const each of world.lives)
      if (each.user === held.user && each.endReason === null) each.endReason = 'ended-by-user';
    browser.held = null;
  });

const waits = (ms: number): Step =>
  step(`wait ${ms} ms`, 0, async (world) => {
    server.clock.advance(ms);
    world.now += ms;
  });

const changes = (index: number): Step =>
  step(`policy ${index}`, 0, async (world) => {
    const known = policies[index] as Known; // by its place in the list
    await changePolicy(server, known.written);
    life.changePolicy(world, known.comesTo);
  });

const sweeps: Step = step('sweep', 0, async (world) => {
  await endEarlyOnes(server.argus.services);
  await endExpiredSessions(server.argus.services, { place: null });
  life.sweep(world);
});

const renews = (place: number): Step =>
  asks('refresh actively', place, [
    (agent) => refresh(agent, 0),
    (world, held) => life.refresh(world, held, true),
  ]);
const renewsByTimer = (place: number): Step =>
  asks('refresh by a timer', place, [
    (agent) => refresh(agent),
    (world, held) => life.refresh(world, held, false),
  ]);
const uses = (place: number): Step => asks('use', place, [(agent) => agent.call('getSession'), life.use]);
const proves = (place: number): Step =>
  asks('step up', place, [(agent) => agent.call('stepUpWithPassword', { body: { password } }), life.stepUp]);
const dares = (place: number): Step =>
  asks('act sensitively', place, [(agent) => agent.call('beginTotp'), life.actSensitively]);

const browsers = 3;
const at = fc.nat(browsers - 1);
const signingIn = fc.tuple(at, fc.nat(1)).map(([place, user]) => signsIn(place, user));
const steps = [
  signingIn,
  signingIn,
  ...[renews, renews, renewsByTimer, uses, proves, dares, ends, endsAll].map((make) => at.map(make)),
  fc.nat(policies.length - 1).map(changes),
  fc.constantFrom(second, 59 * second, minute, 2 * minute, 5 * minute, 14 * minute).map(waits),
  fc.constant(sweeps),
];

/** What chance comes upon too rarely. */
const known: readonly (readonly Step[])[] = [
  [changes(1), signsIn(0, 0), waits(5 * minute), sweeps, renews(0), uses(0)],
  [changes(3), signsIn(0, 1), signsIn(1, 1), renews(0), signsIn(2, 1), renews(1), renews(0)],
  [
    signsIn(0, 0),
    changes(2),
    ...Array.from({ length: 8 }, () => [waits(4 * minute), renews(0), dares(0), proves(0), dares(0)]).flat(),
    sweeps,
  ],
];

/** What was answered, and how sessions ended. */
const met = new Set<string>();
let runs = 0;

/** Two people and three browsers that know nothing of each other. */
async function begin(): Promise<{ model: life.World; real: Real }> {
  runs += 1;
  await changePolicy(server, {});
  const emails = ['plain', 'admin'].map((name) => `${name}-${runs}@example.org`);
  for (const email of emails) await userAgent(server).call('signUp', { body: { email, password } });
  await server.argus.services.store.pool.query("UPDATE users SET roles = '{admin}' WHERE email = $1", [
    emails[1],
  ]);
  const none = Array.from({ length: browsers }, (): Browser => ({ agent: userAgent(server), held: null }));
  const model: life.World = { now: server.clock.now(), policy: [usual, usual], lives: [] };
  return { model, real: { emails, browsers: none, names: new Map() } };
}

test('whatever people, policies and time do to sessions, the server and its rules agree at each step', async () => {
  for (const each of known) await fc.asyncModelRun(begin, each);
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: 'max' }), async (commands) => {
      await fc.asyncModelRun(begin, commands);
    }),
    { numRuns, seed: 20_260_105 },
  );
  const ends = ['policy-changed', 'idle-expired', 'absolute-expired', 'session-limit', 'replaced'];
  const answers = ['ok', 'session_required', 'session_ended', 'insufficient_user_authentication'];
  const wanted = [...answers, ...ends, 'signed-out', 'ended-by-user', 'active'];
  assert.deepEqual(
    wanted.filter((each) => !met.has(each)),
    [],
    'or this proves less than it says',
  );
});
