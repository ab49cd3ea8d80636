import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { lockRulesOf } from '@argus/core';
import { openStore, type Store } from '@argus/store';
import { openRaceStage, type RaceStage, rounds, times } from './race-stage.ts';
import { at, home, type Person, personOf, signUpChanges } from './stage.ts';

let stage: RaceStage;
let second: Store;
let people = 0;
before(async () => {
  stage = await openRaceStage();
  second = openStore({ url: stage.url });
});
after(async () => {
  await second.close();
  await stage[Symbol.asyncDispose]();
});

async function someone(): Promise<Person> {
  people += 1;
  const person = personOf(home, people);
  await stage.write(...signUpChanges(person));
  return person;
}

const { strangers, knownDevices } = lockRulesOf({
  failures: 10,
  seconds: 900,
  scope: 'password-path',
  knownDeviceBypass: true,
});
assert.ok(knownDevices);
const bypass = knownDevices;
const lockMs = strangers.seconds * 1000;

const attempt = ({ user }: Person, now = at, { isKnownDevice = false, store = stage.store } = {}) =>
  store.countPasswordTry({
    tenant: home,
    userId: user.id,
    isKnownDevice,
    rule: isKnownDevice ? bypass : strangers,
    at: now,
  });

/** Whether each of so many tries, one after the other, might be looked at. */
async function taken(person: Person, count: number, now = at, isKnownDevice = false): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (let each = 0; each < count; each += 1)
    answers.push((await attempt(person, now, { isKnownDevice })).isTaken);
  return answers;
}

describe('wrong passwords of one person', () => {
  test('two hundred at once, at two servers, are exactly as many as policy says, round after round', async () => {
    for (let round = 0; round < Math.ceil(rounds / 10); round += 1) {
      const person = await someone();
      const answers = await Promise.all(
        times(200, (place) => attempt(person, at, { store: place % 2 ? second : stage.store })),
      );
      assert.equal(answers.filter(({ isTaken }) => isTaken).length, 10, `round ${round}`);
      assert.equal(answers.filter(({ isTaken, lockedUntil }) => isTaken && lockedUntil).length, 1);
    }
  });

  test('lock until the last millisecond, and are as many again after', async () => {
    const person = await someone();
    assert.deepEqual(await taken(person, 11), [...times(10, () => true), false]);
    assert.deepEqual(await attempt(person, at + lockMs - 1), { isTaken: false, lockedUntil: at + lockMs });
    assert.deepEqual(await taken(person, 11, at + lockMs), [...times(10, () => true), false]);
  });

  test('count no more after a day, and not a moment before', async () => {
    const [first, other] = [await someone(), await someone()];
    for (const person of [first, other]) await taken(person, 9);
    const day = 86_400_000;
    assert.deepEqual(await taken(first, 2, at + day - 1), [true, false]);
    assert.deepEqual(
      await taken(other, 10, at + day),
      times(10, () => true),
    );
  });

  test('on known devices are counted by themselves: ten in half an hour, a hundred in all', async () => {
    const person = await someone();
    await taken(person, 10);
    let now = at;
    for (let lock = 0; lock < 10; lock += 1) {
      assert.deepEqual(await taken(person, 11, now, true), [...times(10, () => true), false], `lock ${lock}`);
      now += bypass.seconds * 1000;
    }
    const answer = await attempt(person, now + 365 * 86_400_000, { isKnownDevice: true });
    assert.deepEqual(answer, { isTaken: false, lockedUntil: null });
  });

  test('are forgotten by a right one, each kind by itself, and by whoever unlocks both', async () => {
    const person = await someone();
    const { id: userId } = person.user;
    const forget = (isKnownDevice: boolean | null) =>
      stage.write({ kind: 'forget-password-tries', userId, isKnownDevice });
    await taken(person, 10);
    await taken(person, 10, at, true);
    await forget(true);
    assert.deepEqual(await taken(person, 1), [false]);
    assert.deepEqual(await taken(person, 1, at, true), [true]);
    await forget(null);
    assert.deepEqual(
      await taken(person, 10),
      times(10, () => true),
    );
  });

  test('lock sooner where policy became tighter meanwhile', async () => {
    const person = await someone();
    await taken(person, 6);
    const tighter = { tenant: home, userId: person.user.id, isKnownDevice: false, at };
    const answer = await stage.store.countPasswordTry({ ...tighter, rule: { ...strangers, failures: 3 } });
    assert.deepEqual(answer, { isTaken: true, lockedUntil: at + lockMs });
  });
});
