import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';

let secrets: string[];
let log: string;
before(async () => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, 'log-stage.ts')],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  secrets = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]');
  log = stderr;
});

describe('the log of a server that lived and faulted', () => {
  test('says what went wrong', () => {
    const faults = log.split('\n').filter((line) => line.includes('a request failed'));
    assert.ok(faults.length >= 15, log.slice(0, 2000));
    for (const line of faults) assert.equal(JSON.parse(line).err.code, '23514', line);
  });

  test('holds no password, code, token, proof, request, cookie, key or hash', () => {
    assert.ok(secrets.length > 300);
    for (const secret of secrets) {
      assert.ok(secret.length >= 8);
      assert.ok(!log.includes(secret), `${secret} is in the log`);
    }
  });

  test('holds no row of the database', () => {
    assert.doesNotMatch(log, /Failing row contains|\$argon2id|\\\\x[0-9a-f]{40}/);
  });

  test('is JSON, a line each', () => {
    for (const line of log.split('\n').filter((each) => each !== '')) assert.ok(JSON.parse(line).msg, line);
  });
});
