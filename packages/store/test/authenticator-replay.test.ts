import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AuthenticatorId, SessionId } from '@argus/contract';
import { type Change, mostPasskeys } from '@argus/core';
import { authenticatorCases as cases } from './authenticator-cases.ts';
import * as authenticators from './authenticator-stage.ts';
import { linkOf, tokenHashOf } from './change-cases.ts';
import { hashOf } from './oauth-stage.ts';
import { openRaceStage, type RaceStage, rounds, times } from './race-stage.ts';
import { at, home, idOf, type Person } from './stage.ts';

let stage: RaceStage;
let person: Person;
before(async () => {
  stage = await openRaceStage();
  person = await authenticators.furnish(stage.store, home, 1);
});
after(() => stage[Symbol.asyncDispose]());

/** The session that a proof would open, if it counted. */
const opened = (number: number): Change => ({
  kind: 'create-session',
  session: { ...person.session, id: idOf(3, 500_000 + number) as SessionId },
  methods: ['pwd'],
  authenticationIds: [idOf(5, 500_000 + number)],
});
let sessions = 0;
const next = (): Change => {
  sessions += 1;
  return opened(sessions);
};

/** What is shown twenty times at once, in each round another one. */
const shown: Readonly<Record<string, (round: number) => { readonly first?: Change; readonly use: Change }>> =
  {
    'a code of one step': (round) => ({ use: { ...cases['use-totp'](person, 1), step: 2000 + round } }),
    'a recovery code': (round) => {
      const set = authenticators.codesOf(person, 1, 10 + round);
      const [hash] = set.hashes;
      assert.ok(hash);
      return {
        first: { kind: 'replace-recovery-codes', set },
        use: { kind: 'use-recovery-code', userId: person.user.id, hash, at },
      };
    },
    'a link': (round) => ({
      first: { kind: 'create-link', link: linkOf(person.user.id, 9000 + round, home) },
      use: { kind: 'use-link', tokenHash: tokenHashOf(home, 9000 + round), at },
    }),
    'a sign-in on its way': (round) => {
      const attemptHash = hashOf('raced attempt', round);
      const progress = { ...authenticators.progressOf(person, 1), attemptHash };
      return {
        first: { kind: 'begin-sign-in', progress },
        use: { kind: 'finish-sign-in', attemptHash, userId: person.user.id },
      };
    },
    'a passkey with one counter': (round) => ({
      use: { ...cases['use-passkey'](person, 1), fromSignCount: 6 + round, signCount: 7 + round },
    }),
    'a challenge': (round) => ({
      use: {
        kind: 'claim-mark',
        mark: { use: 'webauthn', hash: hashOf('challenge', round), expiresAt: at + 60_000 },
      },
    }),
  };

describe('shown twenty times at once to two servers opens one session:', () => {
  for (const [what, showing] of Object.entries(shown))
    test(what, async () => {
      for (let round = 1; round <= rounds; round += 1) {
        const { first, use } = showing(round);
        if (first) await stage.write(first);
        const from = sessions + 1;
        assert.equal(await stage.winners(times(20, () => [use, next()])), 1, `round ${round}`);
        const ids = times(20, (place) => idOf(3, 500_000 + from + place));
        assert.equal(await stage.count('sessions WHERE id = ANY ($1::uuid[])', [ids]), 1);
      }
    });
});

test('of two steps shown at once both count only in their order, and the older never after the newer', async () => {
  for (let round = 1; round <= rounds; round += 1) {
    const use = (step: number): Change[] => [{ ...cases['use-totp'](person, 1), step }];
    const step = 100_000 + 2 * round;
    const [older, newer] = await stage.outcomes([use(step), use(step + 1)]);
    assert.ok(newer?.isCommitted && older, `round ${round}`);
    assert.equal(await stage.winners([use(step), use(step + 1)]), 0);
  }
});

test('a code that is used while its set is replaced is used or gone, and there is one whole set', async () => {
  for (let round = 1; round <= rounds; round += 1) {
    const [old, next] = times(2, (place) => authenticators.codesOf(person, 1, 20_000 + 2 * round + place));
    assert.ok(old?.hashes[0] && next);
    await stage.write({ kind: 'replace-recovery-codes', set: old });
    const { id: userId } = person.user;
    const [, replaced] = await stage.outcomes([
      [{ kind: 'use-recovery-code', userId, hash: old.hashes[0], at }],
      [{ kind: 'replace-recovery-codes', set: next }],
    ]);
    assert.ok(replaced?.isCommitted, `round ${round}`);
    const held = 'recovery_codes WHERE user_id = $1 AND used_at IS NULL';
    assert.equal(await stage.count(held, [userId]), 3);
  }
});

test('of several sets of recovery codes at once one is kept whole, and the others are lost and no fault', async () => {
  const { id: userId } = person.user;
  for (let round = 1; round <= rounds; round += 1) {
    // With a set before and without one.
    if (round % 2) await stage.write({ kind: 'remove-recovery-codes', userId });
    const sets = times(4, (place) => authenticators.codesOf(person, 1, 40_000 + 4 * round + place));
    const won = await stage.winners(sets.map((set) => [{ kind: 'replace-recovery-codes', set }]));
    assert.ok(won >= 1, `round ${round}`);
    assert.equal(await stage.count('recovery_codes WHERE user_id = $1', [userId]), 3);
  }
});

test('of several TOTP secrets at once one is kept, whether it is the first or replaces one', async () => {
  const { id: userId } = person.user;
  for (let round = 1; round <= rounds; round += 1) {
    const held = await stage.store.pool.query('SELECT id FROM totps WHERE user_id = $1', [userId]);
    if (round % 2) await stage.write({ kind: 'remove-authenticator', userId, id: held.rows[0].id });
    const replaces = round % 2 ? null : held.rows[0].id;
    const secrets = times(6, (place) => ({
      ...authenticators.totpOf(person, 1),
      id: idOf(8, 700_000 + 6 * round + place) as AuthenticatorId, // a brand over text
    }));
    const won = await stage.winners(secrets.map((totp) => [{ kind: 'add-totp', totp, replaces }]));
    assert.equal(won, 1, `round ${round}`);
  }
});

describe('passkeys', () => {
  const another = (number: number): Change => ({
    kind: 'add-passkey',
    passkey: {
      ...authenticators.passkeyOf(person, 1),
      id: idOf(8, 800_000 + number) as AuthenticatorId, // a brand over text
      credentialId: hashOf('raced credential', number),
    },
    most: mostPasskeys,
  });
  const keep = (count: number) =>
    stage.store.pool.query(
      `DELETE FROM passkeys WHERE user_id = $1 AND id NOT IN (
        SELECT id FROM passkeys WHERE user_id = $1 ORDER BY id LIMIT $2)`,
      [person.user.id, count],
    );
  const held = () => stage.count('passkeys WHERE user_id = $1', [person.user.id]);

  test('are never more than there may be, however many come at once', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const room = (round % 4) + 1;
      await stage.outcomes(times(25, (place) => [another(round * 100 + place)]));
      await keep(mostPasskeys - room);
      assert.equal(await held(), mostPasskeys - room);
      assert.equal(await stage.winners(times(8, (place) => [another(round * 100 + 50 + place)])), room);
      assert.equal(await held(), mostPasskeys, `round ${round}`);
    }
  });

  test('with one credential are one, whoever registers it', async () => {
    for (let round = 0; round < rounds; round += 1) {
      await keep(1);
      const add = (place: number, userId = person.user.id) => {
        const { passkey } = cases['add-passkey'](person, 1);
        const id = idOf(8, 900_000 + round * 10 + place) as AuthenticatorId; // a brand over text
        const credentialId = hashOf('one credential', round);
        return [
          { kind: 'add-passkey', passkey: { ...passkey, id, userId, credentialId }, most: 20 } as const,
        ];
      };
      const { id: colleague } = authenticators.lockedOutOf(person, 1);
      await stage.write({ kind: 'remove-second-factors', userId: colleague });
      assert.equal(await stage.winners([add(0), add(1, colleague), add(2), add(3, colleague)]), 1);
    }
  });
});
