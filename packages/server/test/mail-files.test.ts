import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { WrittenMail } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { simpleParser } from 'mailparser';
import { deliver, order, waiting } from './mail-stage.ts';
import { openStage } from './stage.ts';

const mail = { smtp: null, from: { name: 'Argus', address: 'no-reply@localhost' } };
let server: TestServer;
let folder: string;
const told: WrittenMail[] = [];
before(async () => {
  server = await openStage({ config: { mail }, parts: { onMailWritten: (written) => told.push(written) } });
  folder = join(server.dataDir, 'mail');
});
beforeEach(() => told.splice(0));
after(() => server[Symbol.asyncDispose]());

test('without a mail server mail becomes a file for its owner alone, and its link is told', async () => {
  await order(server);
  await deliver(server);
  const [name = '', ...more] = readdirSync(folder);
  assert.match(name, /^[0-9a-f-]{36}\.eml$/);
  assert.equal(more.length, 0);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  const parsed = await simpleParser(readFileSync(join(folder, name)));
  assert.equal(parsed.subject, 'Your password was changed');
  const link = 'http://localhost:8100/sign-in';
  const file = join(folder, name);
  assert.deepEqual(told, [{ kind: 'password-changed', to: 'ada@example.org', link, file }]);
});

test('a thousand are kept, the newest, and what is no mail is left alone', async () => {
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  for (let count = 0; count < 1_010; count += 1)
    writeFileSync(join(folder, `00000000-0000-7000-8000-${`${count}`.padStart(12, '0')}.eml`), '');
  await order(server);
  await deliver(server);
  const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  assert.equal(names.length, 1_000);
  assert.ok(names.includes(told[0]?.file.split('/').at(-1) ?? ''));
  assert.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'mine');
});

test('a folder that cannot be written keeps the mail waiting', async () => {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file where the folder should be');
  await order(server);
  await deliver(server);
  assert.deepEqual([await waiting(server), told.length], [1, 0]);
  rmSync(folder);
  mkdirSync(folder);
  server.clock.advance(45_000);
  await deliver(server);
  assert.deepEqual([await waiting(server), told.length], [0, 1]);
});

test('whoever serves others is told no link', async () => {
  const written: WrittenMail[] = [];
  await using far = await openStage({
    config: { mail, issuer: 'https://login.example' },
    parts: { onMailWritten: (one) => written.push(one) },
  });
  await order(far);
  await deliver(far);
  assert.deepEqual([written.length, await waiting(far)], [0, 0]);
});
