import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Change, type GuessUse, guessLimits } from '@argus/core';
import { openRaceStage, type RaceStage, rounds, times } from './race-stage.ts';
import { at, home, type Person, personOf, signUpChanges } from './stage.ts';

let stage: RaceStage;
let people = 0;
before(async () => {
  stage = await openRaceStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<Person> {
  people += 1;
  const person = personOf(home, people);
  await stage.write(...signUpChanges(person));
  return person;
}

interface Guess {
  readonly use?: GuessUse;
  readonly isKnownDevice?: boolean;
  readonly at?: number;
}

function guess({ user }: Person, { use = 'totp', isKnownDevice = false, at: now = at }: Guess = {}): Change {
  return { kind: 'take-guess', userId: user.id, use, isKnownDevice, limit: guessLimits[use], at: now };
}
const taken = async (person: Person, of: Guess = {}) => (await stage.winners([[guess(person, of)]])) === 1;
const forget = (person: Person, isKnownDevice: boolean | null, use: GuessUse = 'totp') =>
  stage.write({ kind: 'forget-guesses', userId: person.user.id, use, isKnownDevice });

const { burst, everySeconds, most } = guessLimits.totp;
const everyMs = everySeconds * 1000;

describe('guesses of one person', () => {
  test('a thousand at once, at two servers, are no more than the burst', async () => {
    const person = await someone();
    assert.equal(await stage.winners(times(1000, () => [guess(person)])), burst);
    assert.equal(await stage.winners(times(100, () => [guess(person, { at: at + everyMs })])), 1);
  });

  test('never pass the burst from the first one on, round after round', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const person = await someone();
      assert.equal(await stage.winners(times(12, () => [guess(person)])), burst, `round ${round}`);
    }
  });

  test('come back one by one, each after its time and not a moment before, and never above the burst', async () => {
    const person = await someone();
    for (let each = 0; each < burst; each += 1) assert.ok(await taken(person));
    for (let turn = 1; turn <= 3; turn += 1) {
      assert.equal(await taken(person, { at: at + turn * everyMs - 1 }), false);
      assert.equal(await taken(person, { at: at + turn * everyMs }), true);
      assert.equal(await taken(person, { at: at + turn * everyMs }), false);
    }
    const muchLater = at + 86_400_000;
    assert.equal(await stage.winners(times(20, () => [guess(person, { at: muchLater })])), burst);
  });

  test('are not given back by a server whose clock is behind', async () => {
    const person = await someone();
    const ahead = at + 10 * everyMs;
    for (let each = 0; each < burst; each += 1) assert.ok(await taken(person, { at: ahead }));
    assert.equal(await taken(person, { at }), false);
    assert.equal(await taken(person, { at: ahead }), false);
  });

  for (const use of ['totp', 'recovery-code'] as const)
    test(`never pass ${guessLimits[use].most} in a row at ${use}, however long somebody waits`, async () => {
      const person = await someone();
      const limit = guessLimits[use];
      let passed = 0;
      // Three at once, as often as it may be, for as long as it would take for four times as many.
      for (let turn = 0; turn < 4 * limit.most; turn += 1) {
        const now = at + turn * limit.everySeconds * 1000;
        passed += await stage.winners(times(3, () => [guess(person, { use, at: now })]));
      }
      assert.equal(passed, limit.most);
      assert.equal(await taken(person, { use, at: at + 10 * 365 * 86_400_000 }), false);
    });

  test('from known devices are counted apart, and so are those at another thing', async () => {
    const person = await someone();
    assert.equal(await stage.winners(times(20, () => [guess(person)])), burst);
    assert.equal(await taken(person, { isKnownDevice: true }), true);
    assert.equal(await taken(person, { use: 'recovery-code' }), true);
    assert.equal(await taken(await someone()), true);
  });

  test('begin anew after a right one, those alone that were counted with it', async () => {
    const person = await someone();
    const all = [{ isKnownDevice: true }, { isKnownDevice: false }, { use: 'recovery-code' }] as const;
    const useUp = async () => {
      for (const of of all) await stage.winners(times(burst + 1, () => [guess(person, of)]));
    };
    const open = async () => [
      await taken(person, all[0]),
      await taken(person, all[1]),
      await taken(person, all[2]),
    ];
    await useUp();
    assert.deepEqual(await open(), [false, false, false]);
    await forget(person, true);
    assert.deepEqual(await open(), [true, false, false]);
    await useUp();
    await forget(person, null);
    assert.deepEqual(await open(), [true, true, false]);
  });

  test('begin anew though the end of them was reached', async () => {
    const person = await someone();
    for (let turn = 0; turn < most; turn += 1) assert.ok(await taken(person, { at: at + turn * everyMs }));
    const now = at + 2 * most * everyMs;
    assert.equal(await taken(person, { at: now }), false);
    await forget(person, false);
    assert.equal(await taken(person, { at: now }), true);
  });
});
