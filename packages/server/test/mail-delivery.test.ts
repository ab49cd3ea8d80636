import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { deliverMails } from '@argus/server';
import { fakeClock } from '@argus/testing';
import { testDatabase } from '@argus/testing/database';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { mailChange } from '../src/mail/mail-change.ts';
import { createSecrets } from '../src/secrets.ts';
import { counted, deliver, mailEvents, notice, order, waiting } from './mail-stage.ts';
import { openStage, someone, tenant } from './stage.ts';

const hour = 3_600_000;
let server: TestServer;
beforeEach(async () => {
  server = await openStage();
});
afterEach(() => server[Symbol.asyncDispose]());

/** Somebody, without the mail that every new account is sent. */
async function newcomer() {
  const person = await someone(server);
  await server.argus.services.store.pool.query('DELETE FROM mails');
  return person;
}

describe('a mail', () => {
  test('arrives once, and the log knows its kind alone', async () => {
    const { userId, email } = await newcomer();
    await order(server, { to: email, userId });
    const [mail, ...more] = await mailsTo(server, email);
    assert.ok(mail);
    assert.equal(more.length, 0);
    assert.equal(linkIn(mail).pathname, '/sign-in');
    assert.deepEqual([await waiting(server), await deliver(server)], [0, 0]);
    const [event] = await mailEvents(server);
    const { type, actor, reason, details } = event ?? {};
    assert.deepEqual(
      [type, actor, event?.userId, reason, details],
      ['mail.sent', 'system', userId, undefined, { kind: 'password-changed', attempts: 1 }],
    );
    assert.ok(!JSON.stringify(event).includes(email));
    assert.equal(await counted(server, 'sent'), 1);
    const page = await (await fetch(new URL('/metrics', server.url))).text();
    assert.match(page, /argus_mails_total\{kind="password-changed",outcome="sent"\} 1/);
  });

  test('is unreadable in the database', async () => {
    await order(server, { to: 'ada@example.org' });
    const { rows } = await server.argus.services.store.pool.query(
      'SELECT m::text AS row, sealed FROM mails m',
    );
    const stored = `${rows[0].row} ${rows[0].sealed.toString('latin1')}`;
    // `ada` alone is hexadecimal too, so sealed bytes may spell it.
    assert.doesNotMatch(stored, /ada@|example|localhost|Chrome/i);
  });

  test('belongs to its commit: one that is lost sends nothing', async () => {
    const { email } = await newcomer();
    const { services } = server.argus;
    const written = await services.store.commit({
      tenant,
      changes: [
        mailChange(services, tenant, { to: email, userId: null, draft: notice }),
        { kind: 'use-link', tokenHash: Buffer.alloc(32), at: server.clock.now() },
      ],
      events: [],
    });
    assert.equal(written.isCommitted, false);
    assert.equal(await waiting(server), 0);
  });
});

describe('a server that', () => {
  test('does not answer is tried again after pauses that grow, and given up after two days', async () => {
    server.mailbox.answer = () => ({ retry: 'no-answer' });
    await order(server);
    const began = server.clock.now();
    const triedAt: number[] = [];
    while ((await waiting(server)) > 0) {
      if ((await deliver(server)) > 0) triedAt.push(server.clock.now() - began);
      server.clock.advance(5_000 + (triedAt.length > 6 ? 600_000 : 0));
      assert.ok(triedAt.length < 100);
    }
    const pauses = triedAt.slice(1).map((at, place) => at - (triedAt[place] ?? 0));
    assert.ok((pauses[0] ?? 0) >= 30_000 && (pauses[0] ?? 0) <= 45_000, `${pauses[0]}`);
    for (const [place, pause] of pauses.slice(1, 5).entries()) assert.ok(pause > (pauses[place] ?? 0));
    assert.ok(pauses.every((pause) => pause <= 1.5 * hour));
    // What is due before the end may be tried one of the steps above after it.
    const lastAt = triedAt.at(-1) ?? 0;
    assert.ok(lastAt > 46 * hour && lastAt <= 48 * hour + 605_000, `${lastAt}`);
    assert.ok(triedAt.length > 40);
    const [event, ...more] = await mailEvents(server);
    assert.equal(more.length, 0, 'what is put off is not told');
    assert.deepEqual(
      [event?.type, event?.reason, event?.details],
      ['mail.failed', 'no-answer', { kind: 'password-changed', attempts: triedAt.length }],
    );
    assert.equal(await counted(server, 'put-off'), triedAt.length - 1);
    assert.equal(await counted(server, 'given-up'), 1);
  });

  test('is well again gets what waited', async () => {
    server.mailbox.answer = () => ({ retry: 'unreachable' });
    await order(server);
    await deliver(server);
    server.mailbox.answer = () => 'sent';
    assert.equal(await deliver(server), 0, 'not before its time');
    server.clock.advance(45_000);
    assert.equal((await mailsTo(server, 'ada@example.org')).length, 1);
  });

  test('refuses the recipient for good is not asked again', async () => {
    server.mailbox.answer = () => ({ refused: 'recipient-refused' });
    await order(server);
    await deliver(server);
    assert.equal(await waiting(server), 0);
    const [event] = await mailEvents(server);
    assert.deepEqual([event?.type, event?.reason], ['mail.failed', 'recipient-refused']);
  });
});

test('a mail whose link has ended is not sent any more', async () => {
  server.mailbox.answer = () => ({ retry: 'unreachable' });
  const link = 'http://localhost:8100/link?token=a';
  await order(server, {
    draft: { kind: 'invitation', link, expiresAt: server.clock.now() + 60_000 },
  });
  await deliver(server);
  server.clock.advance(60_000);
  server.mailbox.answer = () => 'sent';
  await deliver(server);
  assert.equal(server.mailbox.mails.length, 0);
  assert.equal((await mailEvents(server))[0]?.reason, 'link-expired');
});

test('a crash between sending and settling sends it again under the same Message-ID', async () => {
  await order(server);
  const { services } = server.argus;
  const dying = {
    ...services,
    store: { ...services.store, commit: () => Promise.reject(new Error('gone')) },
  };
  await assert.rejects(deliverMails(dying), /gone/);
  assert.equal(await deliver(server), 0, 'nobody else takes it while it may still be on its way');
  server.clock.advance(60_000);
  assert.equal(await deliver(server), 1);
  const [first, second] = server.mailbox.mails;
  assert.ok(first && second);
  assert.equal(first.id, second.id);
  assert.match(first.id, /^[0-9a-f-]{36}@localhost$/);
});

test('a mail that another installation sealed, or that was moved to another row, is given up', async () => {
  await order(server);
  await order(server, { to: 'bob@example.org' });
  const { services } = server.argus;
  await services.store.pool.query(
    'UPDATE mails m SET sealed = (SELECT o.sealed FROM mails o WHERE o.id <> m.id)',
  );
  assert.equal(await deliver(server), 2);
  await order(server);
  await deliverMails({ ...services, secrets: createSecrets(Buffer.alloc(32, 8), services.random) });
  assert.equal(server.mailbox.mails.length, 0);
  const reasons = (await mailEvents(server)).map(({ reason }) => reason);
  assert.deepEqual(reasons, Array(3).fill('not-readable'));
});

test('two nodes on one database send each mail once', async () => {
  await using database = await testDatabase();
  const clock = fakeClock();
  await using one = await startTestServer({ databaseUrl: database.url, clock });
  await using two = await startTestServer({ databaseUrl: database.url, clock });
  for (let count = 0; count < 50; count += 1) await order(one, { to: `person-${count}@example.org` });
  while ((await waiting(one)) > 0)
    await Promise.all([deliver(one), deliver(two), deliver(one), deliver(two)]);
  const ids = [...one.mailbox.mails, ...two.mailbox.mails].map(({ id }) => id);
  assert.equal(ids.length, 50);
  assert.equal(new Set(ids).size, 50);
});
