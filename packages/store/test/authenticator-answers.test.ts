import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Change } from '@argus/core';
import * as asked from '@argus/store';
import { authenticatorCases as cases } from './authenticator-cases.ts';
import * as authenticators from './authenticator-stage.ts';
import { hashOf, identityOf } from './oauth-stage.ts';
import { at, home, openStage, type Person, type Stage } from './stage.ts';

const later = at + 1000;
let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<readonly [Person, number]> {
  people += 1;
  return [await authenticators.furnish(stage.store, home, people), people];
}

async function write(...changes: Change[]): Promise<void> {
  const written = await stage.store.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
}

const enrolledOf = async ({ user }: Person) =>
  (await asked.userFacts(stage.store.pool, home, { userId: user.id, secretHash: null }))?.enrolled;

describe('what was written is answered as it was:', () => {
  test('passkeys, the oldest first, and by their credential', async () => {
    const [person, number] = await someone();
    const { pool } = stage.store;
    const first = authenticators.passkeyOf(person, number);
    const { passkey } = cases['add-passkey'](person, number);
    const older = { ...passkey, createdAt: at - 1, isAttested: true, signCount: 4_294_967_295 };
    await write({ kind: 'add-passkey', passkey: older, most: 2 });
    assert.deepEqual(await asked.passkeysOfUser(pool, home, person.user.id), [older, first]);
    assert.deepEqual(await asked.passkeyByCredential(pool, home, older.credentialId), older);
    assert.equal(await asked.passkeyByCredential(pool, home, hashOf('unknown', 1)), null);
    await write(cases['use-passkey'](person, number), cases['rename-authenticator'](person, number));
    assert.deepEqual(await asked.passkeyByCredential(pool, home, first.credentialId), {
      ...first,
      name: 'another name',
      signCount: 8,
      isBackedUp: true,
      lastUsedAt: later,
    });
    const behind = { ...cases['use-passkey'](person, number), fromSignCount: 8, signCount: 9, at: at + 1 };
    await write(behind);
    const held = await asked.passkeyByCredential(pool, home, first.credentialId);
    assert.equal(held?.lastUsedAt, later, 'a server whose clock is behind takes no use back');
  });

  test('the secret of codes, as it was used, renamed and replaced', async () => {
    const [person, number] = await someone();
    const held = () => asked.totpOfUser(stage.store.pool, home, person.user.id);
    const totp = authenticators.totpOf(person, number);
    assert.deepEqual(await held(), totp);
    await write(cases['use-totp'](person, number), {
      ...cases['rename-authenticator'](person, number),
      id: totp.id,
    });
    const used = { ...totp, lastStep: 1001, offsetSteps: 1, lastUsedAt: later, name: 'another name' };
    assert.deepEqual(await held(), used);
    const change = cases['add-totp'](person, number);
    await write(change);
    assert.deepEqual(await held(), change.totp);
    await write({ kind: 'remove-authenticator', userId: person.user.id, id: change.totp.id });
    assert.equal(await held(), null);
  });

  test('recovery codes, those that are left', async () => {
    const [person, number] = await someone();
    const held = () => asked.recoveryCodesOfUser(stage.store.pool, home, person.user.id);
    const set = authenticators.codesOf(person, number);
    assert.deepEqual(await held(), set);
    await write(cases['use-recovery-code'](person, number));
    const used = authenticators.codeHashOf(number, 1);
    assert.deepEqual(
      (await held())?.hashes,
      set.hashes.filter((hash) => Buffer.compare(hash, used) !== 0),
    );
    await write(cases['replace-recovery-codes'](person, number));
    assert.deepEqual(await held(), authenticators.codesOf(person, number, 1));
    await write({ kind: 'remove-recovery-codes', userId: person.user.id });
    assert.equal(await held(), null);
  });

  test('what a person has set up, in the question that finds them', async () => {
    const [person, number] = await someone();
    const all = { hasPassword: true, hasTotp: true, passkeys: 1, recoveryCodes: 3 };
    assert.deepEqual(await enrolledOf(person), all);
    const { email } = person.user;
    const found = await asked.signInFacts(stage.store.pool, home, { email, secretHash: null });
    assert.deepEqual(found?.enrolled, all);
    await write(cases['use-recovery-code'](person, number), cases['add-passkey'](person, number));
    assert.deepEqual(await enrolledOf(person), { ...all, passkeys: 2, recoveryCodes: 2 });
    await write({ kind: 'remove-second-factors', userId: person.user.id }, cases['close-password'](person));
    const none = { hasPassword: false, hasTotp: false, passkeys: 0, recoveryCodes: 0 };
    assert.deepEqual(await enrolledOf(person), none);
  });

  test('when the password was set', async () => {
    const [person] = await someone();
    const held = () => asked.passwordChangedAt(stage.store.pool, home, person.user.id);
    assert.equal(await held(), at);
    await write({
      kind: 'set-password',
      userId: person.user.id,
      phc: 'new',
      expected: person.phc,
      at: later,
    });
    assert.equal(await held(), later);
    await write({ kind: 'close-password', userId: person.user.id, since: later + 1 });
    assert.equal(await held(), later, 'one that is older stays');
    await write({ kind: 'close-password', userId: person.user.id, since: later });
    assert.equal(await held(), null);
  });
});

describe('what is taken back', () => {
  test('is what was set up at an instant or after, identities too, and not what was there before', async () => {
    const [person, number] = await someone();
    const { id: userId } = person.user;
    const { pool } = stage.store;
    const newer = { ...cases['add-passkey'](person, number).passkey, createdAt: later };
    const identity = { ...identityOf(person, number), subject: `newer ${number}`, linkedAt: later };
    await write(
      { kind: 'add-passkey', passkey: newer, most: 20 },
      { kind: 'link-identity', identity },
      { kind: 'remove-authenticators-since', userId, since: later },
    );
    assert.deepEqual(await enrolledOf(person), {
      hasPassword: true,
      hasTotp: true,
      passkeys: 1,
      recoveryCodes: 3,
    });
    assert.equal((await asked.identitiesOfUser(pool, home, userId)).length, 1);
    await write({ kind: 'remove-authenticators-since', userId, since: at });
    const left = { hasPassword: true, hasTotp: false, passkeys: 0, recoveryCodes: 0 };
    assert.deepEqual(await enrolledOf(person), left);
    assert.deepEqual(await asked.identitiesOfUser(pool, home, userId), []);
  });
});

test('the schema holds what no change may write', async () => {
  const [person, number] = await someone();
  const { passkey } = cases['add-passkey'](person, number);
  const add = (changes: Partial<typeof passkey>) =>
    stage.store.commit({
      tenant: home,
      changes: [{ kind: 'add-passkey', passkey: { ...passkey, ...changes }, most: 20 }],
      events: [],
    });
  const violated = { code: '23514' };
  await assert.rejects(add({ isBackupEligible: false, isBackedUp: true }), violated);
  await assert.rejects(add({ credentialId: Buffer.alloc(1024) }), violated);
  await assert.rejects(add({ signCount: -1 }), violated);
  await assert.rejects(add({ name: '' }), violated);
});
