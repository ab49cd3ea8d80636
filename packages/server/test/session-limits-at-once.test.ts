import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openStore } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { liveIds, phone, setLimit, signInPersistently } from './session-limit-stage.ts';
import { openStage, type Person, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  // Whoever comes to a busy service is told so, and 200 at once are many for a small machine: no news for a log.
  server = await openStage({ config: { logLevel: 'silent' } });
  // Counts at the very moment of each commit, in its own transaction: what nobody could see between two looks, too.
  await server.argus.services.store.pool.query(`
    CREATE TABLE live_at_commit (user_id uuid NOT NULL, device_class text NOT NULL, of_class bigint NOT NULL, live bigint NOT NULL);
    CREATE FUNCTION note_live() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO live_at_commit
        SELECT NEW.user_id, NEW.device_class, count(*) FILTER (WHERE s.device_class = NEW.device_class), count(*)
        FROM sessions s WHERE s.tenant_id = NEW.tenant_id AND s.user_id = NEW.user_id AND s.state = 'active';
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER note_live AFTER INSERT OR UPDATE ON sessions
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_live();`);
});
after(() => server[Symbol.asyncDispose]());

/** The most that ever lived at a commit, of one device class and in all; and how many commits there were. */
async function mostAtCommit({ userId }: Person) {
  const { rows } = await server.argus.services.store.pool.query(
    `SELECT max(live) AS most, max(of_class) FILTER (WHERE device_class = 'mobile') AS mobile, count(*) AS commits
     FROM live_at_commit WHERE user_id = $1`,
    [userId],
  );
  return rows[0];
}

/** Everybody at once, while somebody else looks at the table all the time. Who is told to come back does so. */
async function allAtOnce(
  person: Person,
  count: number,
  headersOf: (at: number) => Record<string, string> = () => ({}),
) {
  await using other = openStore({ url: server.argus.services.config.databaseUrl ?? assert.fail(), size: 1 });
  let isOver = false;
  let mostSeen = 0;
  const looking = (async () => {
    while (!isOver) mostSeen = Math.max(mostSeen, (await liveIds({ store: other }, person)).length);
  })();
  const replies = await Promise.all(
    Array.from({ length: count }, (_, at) => signInPersistently(userAgent(server, headersOf(at)), person)),
  );
  isOver = true;
  await looking;
  const outcomes: Record<string, number> = {};
  for (const { body } of replies)
    outcomes[body.code ?? body.state] = (outcomes[body.code ?? body.state] ?? 0) + 1;
  return { outcomes, mostSeen };
}

for (const [onLimit, count] of [
  ['oldest', 200],
  ['least-recently-active', 40],
  ['lowest-trust', 40],
] as const)
  test(`${count} sign-ins at once never leave more than three sessions, and all get in (${onLimit})`, async () => {
    await setLimit(server, { max: 3, onLimit });
    const person = await someone(server);
    const { outcomes, mostSeen } = await allAtOnce(person, count);
    assert.deepEqual(outcomes, { 'signed-in': count });
    const { most, commits } = await mostAtCommit(person);
    assert.ok(commits >= count, 'the trigger saw each');
    assert.deepEqual([most, mostSeen, (await liveIds(server.argus.services, person)).length], [3, 3, 3]);
  });

for (const [onLimit, refused] of [
  ['deny', 'too_many_sessions'],
  ['ask', 'choose-session'],
] as const)
  test(`200 sign-ins at once where policy says ${onLimit}: three sessions live, and none is put out`, async () => {
    await setLimit(server, { max: 3, onLimit });
    const person = await someone(server);
    const { outcomes, mostSeen } = await allAtOnce(person, 200);
    assert.deepEqual(outcomes, { 'signed-in': 2, [refused]: 198 });
    const { most } = await mostAtCommit(person);
    assert.deepEqual([most, mostSeen], [3, 3]);
    assert.ok((await liveIds(server.argus.services, person)).includes(person.sessionId));
  });

test('a limit of phones and one over all hold together, whoever comes at once', async () => {
  await setLimit(server, { max: 4, perDeviceClass: { mobile: 2 }, onLimit: 'oldest' });
  const person = await someone(server);
  const { outcomes } = await allAtOnce(person, 60, (at) => (at % 2 ? { 'user-agent': phone } : {}));
  assert.deepEqual(outcomes, { 'signed-in': 60 });
  const { most, mobile } = await mostAtCommit(person);
  assert.deepEqual([most, mobile], [4, 2]);
});
