import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AuthenticatorId } from '@argus/contract';
import { type Change, type GuessUse, guessLimits } from '@argus/core';
import { openStore, type Store } from '@argus/store';
import { authenticatorCases as cases } from './authenticator-cases.ts';
import * as authenticators from './authenticator-stage.ts';
import { changeCases } from './change-cases.ts';
import { hashOf } from './oauth-stage.ts';
import { at, home, idOf, openStage, type Person, type Stage } from './stage.ts';

const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 40);

let stage: Stage;
let second: Store;
let people = 0;
before(async () => {
  stage = await openStage();
  second = openStore({ url: stage.url });
});
after(async () => {
  await second.close();
  await stage[Symbol.asyncDispose]();
});

async function someone(): Promise<readonly [Person, number]> {
  people += 1;
  return [await authenticators.furnish(stage.store, home, people), people];
}

/** Write the same by two nodes at once, several times each; how often it was written. */
async function raced(changes: readonly Change[], times = 3): Promise<number> {
  const written = await Promise.all(
    Array.from({ length: times }, () => [stage.store, second])
      .flat()
      .map((store) => store.commit({ tenant: home, changes, events: [] })),
  );
  return written.filter(({ isCommitted }) => isCommitted).length;
}

type Shown = (person: Person, number: number) => Change;

const once: Readonly<Record<string, Shown>> = {
  'the code of an app': (person, number) => cases['use-totp'](person, number),
  'a recovery code': (person, number) => cases['use-recovery-code'](person, number),
  'the count of a passkey': (person, number) => cases['use-passkey'](person, number),
  'a sign-in on its way': (person, number) => cases['finish-sign-in'](person, number),
  'a link': (person, number) => changeCases['use-link'](person, number),
};

describe('shown to two nodes at once, one time only counts', () => {
  for (const [what, changeOf] of Object.entries(once)) {
    if (what === 'a link') continue;
    test(what, async () => {
      for (let round = 0; round < rounds; round += 1) {
        const [person, number] = await someone();
        assert.equal(
          await raced([{ kind: 'hold-user', userId: person.user.id }, changeOf(person, number)]),
          1,
        );
      }
    });
  }

  test('a link', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [{ user }] = await someone();
      const tokenHash = hashOf('raced link', people);
      const link = {
        id: idOf(7, 90_000 + people),
        tokenHash,
        kind: 'reset-password' as const,
        userId: user.id,
        details: {},
        createdAt: at,
        expiresAt: at + 1_800_000,
        consumedAt: null,
      };
      await stage.store.commit({ tenant: home, changes: [{ kind: 'create-link', link }], events: [] });
      assert.equal(await raced([{ kind: 'use-link', tokenHash, at: at + 1 }]), 1);
    }
  });
});

describe('guesses', () => {
  const guess = ({ user }: Person, use: GuessUse, now: number, isKnownDevice = false): Change => ({
    kind: 'take-guess',
    use,
    userId: user.id,
    isKnownDevice,
    limit: guessLimits[use],
    at: now,
  });

  test('a thousand at once: no more pass than the bucket holds, of each use and of known devices apart', async () => {
    const [person] = await someone();
    const { burst } = guessLimits.totp;
    assert.equal(await raced([guess(person, 'totp', at + 1)], 500), burst - (await takenBefore(person)));
    assert.equal(await raced([guess(person, 'totp', at + 1, true)], 20), burst);
  });

  test('however slowly they come, no more in a row than the limit', async () => {
    const [person] = await someone();
    const { most, everySeconds } = guessLimits.totp;
    await stage.store.commit({
      tenant: home,
      changes: [{ kind: 'forget-guesses', userId: person.user.id, use: 'totp', isKnownDevice: null }],
      events: [],
    });
    let passed = 0;
    for (let step = 1; step <= most + 20; step += 1) {
      const changes = [guess(person, 'totp', at + step * everySeconds * 1000)];
      if ((await stage.store.commit({ tenant: home, changes, events: [] })).isCommitted) passed += 1;
    }
    assert.equal(passed, most);
  });

  /** The stage has guessed for its people already. */
  async function takenBefore({ user }: Person): Promise<number> {
    const { rows } = await stage.store.pool.query<{ n: number }>(
      "SELECT COALESCE(sum(in_a_row), 0)::int AS n FROM guesses WHERE user_id = $1 AND use = 'totp' AND NOT is_known_device",
      [user.id],
    );
    await stage.store.pool.query('DELETE FROM guesses WHERE user_id = $1 AND is_known_device', [user.id]);
    return rows[0]?.n === guessLimits.totp.burst ? 0 : (rows[0]?.n ?? 0);
  }
});

describe('of one person', () => {
  test('passkeys that are added at once are never more than may be', async () => {
    const [person, number] = await someone();
    const { passkey } = cases['add-passkey'](person, number);
    const additions = Array.from({ length: 12 }, (_, place) => ({
      ...passkey,
      id: idOf(8, 500_000 + number * 100 + place) as AuthenticatorId, // a brand over text
      credentialId: hashOf(`raced credential ${place}`, number),
    }));
    const written = await Promise.all(
      additions.map((added, place) =>
        (place % 2 === 0 ? stage.store : second).commit({
          tenant: home,
          changes: [{ kind: 'add-passkey', passkey: added, most: 5 }],
          events: [],
        }),
      ),
    );
    assert.equal(written.filter(({ isCommitted }) => isCommitted).length, 4, 'one was there before');
  });

  test('two passkeys that are removed at once leave the last way in', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [person, number] = await someone();
      const { passkey } = cases['add-passkey'](person, number);
      const userId = person.user.id;
      await stage.store.pool.query('DELETE FROM identities WHERE user_id = $1', [userId]);
      await stage.store.commit({
        tenant: home,
        changes: [
          { kind: 'add-passkey', passkey, most: 20 },
          { kind: 'close-password', userId, since: at },
        ],
        events: [],
      });
      const ids = [passkey.id, authenticators.passkeyOf(person, number).id];
      const written = await Promise.all(
        ids.map((id, place) =>
          (place === 0 ? stage.store : second).commit({
            tenant: home,
            changes: [{ kind: 'remove-authenticator', userId, id }],
            events: [],
          }),
        ),
      );
      assert.equal(written.filter(({ isCommitted }) => isCommitted).length, 1);
    }
  });
});

test('an address that one person takes and another is created with goes to one of them, and nothing faults', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const [{ user }] = await someone();
    const email = `wanted-${people}@example.org`;
    const created = { ...user, id: idOf(1, 700_000 + people) as typeof user.id, email }; // a brand over text
    const written = await Promise.all([
      stage.store.commit({
        tenant: home,
        changes: [{ kind: 'change-email', userId: user.id, from: user.email, to: email, at }],
        events: [],
      }),
      second.commit({ tenant: home, changes: [{ kind: 'create-user', user: created }], events: [] }),
    ]);
    assert.equal(written.filter(({ isCommitted }) => isCommitted).length, 1);
  }
});

test('who is disabled at the same moment begins nothing that lives on', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const [person, number] = await someone();
    const userId = person.user.id;
    const progress = {
      ...authenticators.progressOf(person, number),
      attemptHash: hashOf('raced attempt', number),
    };
    const [, begun] = await Promise.all([
      stage.store.commit({
        tenant: home,
        changes: [{ kind: 'set-user-status', userId, status: 'disabled' }],
        events: [],
      }),
      second.commit({
        tenant: home,
        changes: [
          { kind: 'hold-user', userId },
          { kind: 'begin-sign-in', progress },
        ],
        events: [],
      }),
    ]);
    // Either it came first, and then whoever goes on finds a disabled user; or it was refused.
    const { attemptHash } = progress;
    const goesOn: Change[] = [
      { kind: 'hold-user', userId },
      { kind: 'finish-sign-in', attemptHash, userId },
    ];
    const written = await stage.store.commit({ tenant: home, changes: goesOn, events: [] });
    assert.equal(written.isCommitted, false, String(begun.isCommitted));
  }
});
