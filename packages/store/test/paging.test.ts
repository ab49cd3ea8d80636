import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  auditEvents,
  clientsOfTenant,
  consentsOfUser,
  endedSessionsOfUser,
  liveSessionsOfUser,
  type Page,
  type PageRequest,
  providersOfTenant,
  resourcesOfTenant,
  sessionsOfTenant,
  usersOfTenant,
} from '@argus/store';
import fc from 'fast-check';
import { by } from './change-cases.ts';
import { clientOf, consentOf, providerOf, resourceOf } from './oauth-stage.ts';
import {
  at,
  eventOf,
  home,
  openStage,
  type Person,
  personOf,
  type Stage,
  seed,
  signInChanges,
} from './stage.ts';

let stage: Stage;
let owner: Person;
let made = 0;

before(async () => {
  stage = await openStage();
  owner = await seed(stage.store, personOf(home, 1));
  for (let count = 0; count < 23; count += 1) await add();
});
after(() => stage[Symbol.asyncDispose]());

/** One more of everything that a list shows: a user, a live and an ended session, an event. */
async function add(): Promise<void> {
  made += 1;
  // Several of one instant, so that only the id tells them apart.
  const now = at + Math.floor(made / 5) * 1000;
  for (const [kind, number] of [
    ['live', 1000 + made],
    ['ended', 2000 + made],
  ] as const) {
    const next = personOf(home, number, now);
    const mine = {
      ...next,
      user: owner.user,
      device: { ...next.device, userId: owner.user.id },
      session: { ...next.session, userId: owner.user.id },
    };
    const end = {
      kind: 'end-session',
      sessionId: mine.session.id,
      reason: 'signed-out',
      at: now,
      by,
    } as const;
    const changes = [...signInChanges(mine), ...(kind === 'ended' ? [end] : [])];
    const written = await stage.store.commit({
      tenant: home,
      changes,
      events: [eventOf({ userId: owner.user.id })],
    });
    assert.ok(written.isCommitted);
  }
  // Names in another order than that of their making.
  const number = (made * 37) % 1000;
  const written = await stage.store.commit({
    tenant: home,
    changes: [
      { kind: 'create-user', user: personOf(home, 3000 + made, now).user },
      { kind: 'create-client', client: clientOf(home, number) },
      { kind: 'declare-resource', resource: resourceOf(home, number) },
      { kind: 'declare-provider', provider: providerOf(home, number) },
      { kind: 'give-consent', consent: consentOf(owner, number) },
    ],
    events: [],
  });
  assert.ok(written.isCommitted);
}

const now = at + 60_000;
type List = (ask: PageRequest) => Promise<Page<string>>;

const lists: Readonly<Record<string, List>> = {
  'users of a tenant': async (ask) =>
    of(await usersOfTenant(stage.store.pool, home, { ...ask, now }), ({ user }) => user.id),
  'live sessions of a tenant': async (ask) =>
    of(
      await sessionsOfTenant(stage.store.pool, home, { ...ask, state: 'active', now }),
      ({ session }) => session.id,
    ),
  'ended sessions of a tenant': async (ask) =>
    of(
      await sessionsOfTenant(stage.store.pool, home, { ...ask, state: 'ended', now }),
      ({ session }) => session.id,
    ),
  'live sessions of a user': async (ask) =>
    of(
      await liveSessionsOfUser(stage.store.pool, home, { ...ask, userId: owner.user.id, now }),
      ({ session }) => session.id,
    ),
  'ended sessions of a user': async (ask) =>
    of(
      await endedSessionsOfUser(stage.store.pool, home, { ...ask, userId: owner.user.id }),
      ({ session }) => session.id,
    ),
  'clients of a tenant': async (ask) =>
    of(await clientsOfTenant(stage.store.pool, home, ask), ({ id }) => id),
  'resources of a tenant': async (ask) =>
    of(await resourcesOfTenant(stage.store.pool, home, ask), ({ id }) => id),
  'providers of a tenant': async (ask) =>
    of(await providersOfTenant(stage.store.pool, home, ask), ({ id }) => id),
  'consents of a user': async (ask) =>
    of(
      await consentsOfUser(stage.store.pool, home, { ...ask, userId: owner.user.id }),
      ({ consent }) => consent.clientId,
    ),
  'audit events': async (ask) => of(await auditEvents(stage.store.pool, home, ask), ({ id }) => id),
};

function of<T>(page: Page<T>, id: (item: T) => string): Page<string> {
  return { items: page.items.map(id), nextCursor: page.nextCursor };
}

async function walk(list: List, limit: number, between: () => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 500; page += 1) {
    const { items, nextCursor } = await list({ limit, cursor });
    assert.ok(items.length <= limit);
    seen.push(...items);
    if (nextCursor === null) return seen;
    assert.equal(items.length, limit, 'only the last page may be short');
    assert.ok(nextCursor.length <= 200);
    cursor = nextCursor;
    await between();
  }
  return assert.fail('the list has no end');
}

describe('page by page, while more is added,', () => {
  for (const [name, list] of Object.entries(lists)) {
    for (const limit of [1, 7]) {
      test(`${name} show everything that was there exactly once, ${limit} at a time`, async () => {
        const there = (await list({ limit: 100 })).items;
        assert.ok(there.length > 20);
        let additions = 0;
        const seen = await walk(list, limit, async () => {
          additions += 1;
          if (additions <= 3) await add();
        });
        assert.equal(new Set(seen).size, seen.length, 'nothing twice');
        assert.deepEqual(
          there.filter((id) => !seen.includes(id)),
          [],
          'nothing left out',
        );
      });
    }
  }
});

test('a page that holds just all there is has no next page', async () => {
  for (const list of Object.values(lists)) {
    const { items, nextCursor } = await list({ limit: 100 });
    if (nextCursor !== null) continue; // the events are more than a page by now
    assert.equal((await list({ limit: items.length })).nextCursor, null);
    assert.notEqual((await list({ limit: items.length - 1 })).nextCursor, null);
  }
});

test('a cursor of any text begins somewhere in the list and is never a fault', async () => {
  const id = '01990000-0003-7000-8000-0000000003e9';
  const times = fc.oneof(
    fc.maxSafeInteger(),
    fc.double(),
    fc.constantFrom(8.64e15, -8.64e15, -62167219200001, 253402300800000),
  );
  const cursors = fc.oneof(
    fc.string({ unit: 'binary' }),
    times.map((time) => `${time}.${id}`),
    fc.constantFrom(
      id,
      `${id}\0`,
      `.${id}`,
      `NaN.${id}`,
      `0x10.${id}`,
      `1e3.${id}.${id}`,
      "' OR true --",
      'client-1-of-default',
      '9'.repeat(30),
      `5.${id}'`,
    ),
  );
  await fc.assert(
    fc.asyncProperty(cursors, async (cursor) => {
      for (const list of Object.values(lists)) await list({ limit: 1, cursor });
    }),
    { numRuns: 60 },
  );
});
