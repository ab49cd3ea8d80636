import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type PersonExportPart, personExportSchema } from '@argus/contract';
import { partNames, personTables, readPart, readProfile } from '@argus/store';
import { furnishWhole } from './person-stage.ts';
import {
  at,
  eventOf,
  home,
  idOf,
  openStage,
  other,
  type Person,
  personOf,
  type Stage,
  seed,
} from './stage.ts';

let stage: Stage;
let person: Person;
let namesake: Person;
before(async () => {
  stage = await openStage();
  person = await furnishWhole(stage.store, home, 1);
  namesake = await furnishWhole(stage.store, other, 1);
});
after(() => stage[Symbol.asyncDispose]());

const nameOf = ({ tenant, user }: Person) => ({ tenant, userId: user.id });

async function itemsOf(of: Person, part: PersonExportPart): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const page of readPart(stage.store.pool, nameOf(of), part))
    items.push(...page.map((item) => JSON.parse(item)));
  return items;
}

async function exportOf(of: Person): Promise<Record<string, unknown>> {
  const profile = await readProfile(stage.store.pool, nameOf(of));
  const whole: Record<string, unknown> = { profile: JSON.parse(profile ?? 'null') };
  for (const part of partNames) whole[part] = await itemsOf(of, part);
  return whole;
}

describe('the list of what tables hold of people', () => {
  test('names every table of the schema that has a tenant, and no other', async () => {
    const { rows } = await stage.store.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1`,
    );
    assert.deepEqual(
      Object.keys(personTables).sort(),
      rows.map(({ name }) => name),
    );
  });

  test('says of every table with a user, a session, a device or a grant in it that it holds people', async () => {
    const { rows } = await stage.store.pool.query<{ name: string }>(
      `SELECT DISTINCT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name IN ('user_id', 'session_id', 'device_id', 'grant_id', 'ip', 'user_agent')`,
    );
    assert.ok(rows.length > 20);
    for (const { name } of rows) {
      const table = personTables[name];
      assert.ok(table && !('ofNobody' in table), name);
    }
  });

  test('leads to a part that exists', () => {
    const parts: readonly string[] = ['profile', ...partNames];
    for (const table of Object.values(personTables))
      if ('exported' in table) assert.ok(parts.includes(table.exported), table.exported);
  });
});

describe('the export of a person', () => {
  test('has something in every part, in the form that the contract promises', async () => {
    const whole = await exportOf(person);
    personExportSchema.parse({
      format: 'argus-person-1',
      exportedAt: new Date(at).toISOString(),
      tenant: home,
      ...whole,
    });
    for (const [part, items] of Object.entries(whole)) assert.notDeepEqual(items, [], part);
    const sessions = (whole.sessions as Record<string, unknown>[]).filter(
      ({ id }) => id === person.session.id,
    );
    for (const each of ['authentications', 'grants', 'providers'])
      assert.notDeepEqual(sessions[0]?.[each], [], each);
    assert.ok(sessions[0]?.activity);
  });

  test('has nothing of somebody with the same ids in another tenant', async () => {
    const text = JSON.stringify(await exportOf(person));
    assert.match(text, /person of default/);
    assert.doesNotMatch(text, /of other|198\.51\.100/);
    assert.match(JSON.stringify(await exportOf(namesake)), /person of other/);
  });

  test('has nothing of anybody else in the tenant', async () => {
    const neighbour = await furnishWhole(stage.store, home, 2);
    const text = JSON.stringify(await exportOf(person));
    for (const id of [neighbour.user.id, neighbour.device.id, neighbour.session.id, neighbour.user.email])
      assert.ok(!text.includes(id), id);
  });

  test('has no secret and no hash of one', async () => {
    const text = JSON.stringify(await exportOf(person));
    const { rows } = await stage.store.pool.query<{ secret: string }>(
      `SELECT phc AS secret FROM passwords UNION SELECT encode(secret_hash, 'hex') FROM devices
       UNION SELECT encode(secret, 'hex') FROM grants UNION SELECT encode(token_hash, 'hex') FROM links
       UNION SELECT sealed_secret FROM totps UNION SELECT encode(hash, 'hex') FROM recovery_codes
       UNION SELECT encode(sealed, 'hex') FROM mails`,
    );
    assert.ok(rows.length >= 10);
    for (const { secret } of rows) assert.ok(!text.includes(secret), secret);
  });

  test('is read in pages, each item once, whatever has the same place', async () => {
    const many = await seed(stage.store, personOf(home, 3));
    const events = Array.from({ length: 250 }, () => eventOf({ userId: many.user.id }));
    await stage.store.commit({ tenant: home, changes: [], events });
    const refreshed = [many.session.id, idOf(3, 9_001)].flatMap((sessionId) =>
      Array.from({ length: 130 }, () =>
        eventOf({
          type: 'session.refreshed',
          userId: many.user.id,
          sessionId: sessionId as typeof many.session.id,
        }),
      ),
    );
    await stage.store.commit({
      tenant: home,
      changes: [
        {
          kind: 'create-session',
          session: { ...many.session, id: idOf(3, 9_001) as typeof many.session.id },
          methods: [],
          authenticationIds: [],
        },
      ],
      events: refreshed,
    });
    const ids = (items: unknown[]) => items.map((item) => (item as { id: string }).id);
    const renewals = ids(await itemsOf(many, 'refreshes'));
    assert.deepEqual(renewals.sort(), refreshed.map(({ id }) => id).sort());
    const all = ids(await itemsOf(many, 'auditEvents'));
    assert.equal(all.length, 251);
    assert.equal(new Set(all).size, 251);
  });

  test('of nobody is nothing', async () => {
    const nobody = { tenant: other, userId: idOf(1, 77_777) as Person['user']['id'] };
    assert.equal(await readProfile(stage.store.pool, nobody), null);
  });
});
