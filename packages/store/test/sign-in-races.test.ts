import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { GrantId, SessionId } from '@argus/contract';
import type { Change } from '@argus/core';
import * as authenticators from './authenticator-stage.ts';
import { by, roomFor } from './change-cases.ts';
import { hashOf } from './oauth-stage.ts';
import { openRaceStage, type RaceStage, rounds, times } from './race-stage.ts';
import { at, home, idOf, type Person, personOf, signInChanges, signUpChanges } from './stage.ts';

let stage: RaceStage;
let people = 0;
let sessions = 0;
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

/** Another sign-in of this person; with `between` after the user is held. */
function signIn(person: Person, between: (sessionId: SessionId) => readonly Change[] = () => []): Change[] {
  sessions += 1;
  // Brands over text, from the same shape of id.
  const session = { ...person.session, id: idOf(3, 500_000 + sessions) as SessionId };
  const grant = { ...person.grant, id: idOf(4, 500_000 + sessions) as GrantId, sessionId: session.id };
  const [hold, ...rest] = signInChanges({ ...person, session, grant });
  assert.ok(hold);
  return [hold, ...between(session.id), ...rest];
}

const live = ({ user }: Person) => stage.count(`sessions WHERE user_id = $1 AND state = 'active'`, [user.id]);
const disable = ({ user }: Person): Change[] => [
  { kind: 'set-user-status', userId: user.id, status: 'disabled' },
  { kind: 'end-sessions-of-user', userId: user.id, reason: 'user-disabled', at, by },
];
/** First one side, then the other, so that both orders happen on any machine. */
const inTurn = (round: number, one: readonly Change[], two: readonly Change[]) =>
  round % 2 ? [two, one] : [one, two];

describe('the limit of sessions', () => {
  const room =
    ({ user }: Person, most: number) =>
    (sessionId: SessionId): readonly Change[] => [
      { kind: 'make-room', userId: user.id, sessionId, ...roomFor(most, 'deny'), at },
    ];

  test('holds for sign-ins that come all at once: those that find no room are lost', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const person = await someone();
      const most = (round % 3) + 1;
      assert.equal(await stage.winners(times(8, () => signIn(person, room(person, most)))), most);
      assert.equal(await live(person), most, `round ${round}`);
    }
  });

  test('leaves the place of the session that a sign-in replaces', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const person = await someone();
      const first = signIn(person);
      await stage.write(...first);
      const sessionId = idOf(3, 500_000 + sessions) as SessionId; // a brand over text
      const instead = (): Change[] =>
        signIn(person, () => [
          ...room(person, 1)(sessionId),
          { kind: 'end-session', sessionId, reason: 'replaced', at, by },
        ]);
      assert.equal(await stage.winners([instead(), instead(), instead()]), 1, `round ${round}`);
      assert.equal(await live(person), 1);
    }
  });
});

describe('an address', () => {
  test('that two want at once goes to one of them, and the other is lost and no fault', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [mover, rival, newcomer] = [await someone(), await someone(), personOf(home, 800_000 + round)];
      const to = `wanted-${round}@example.org`;
      const move = ({ user }: Person): Change[] => [
        { kind: 'change-email', userId: user.id, from: user.email, to, at },
      ];
      const create: Change[] = [{ kind: 'create-user', user: { ...newcomer.user, email: to } }];
      const all = [move(mover), create, move(rival)];
      assert.equal(await stage.winners(round % 2 ? all.toReversed() : all), 1, `round ${round}`);
      assert.equal(await stage.count('users WHERE email = $1', [to]), 1);
    }
  });

  test('is taken over by nobody while it is given up: swapping it never leaves one twice', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [one, two] = [await someone(), await someone()];
      const take = (who: Person, whose: Person): Change[] => [
        { kind: 'change-email', userId: who.user.id, from: who.user.email, to: whose.user.email, at },
      ];
      assert.equal(await stage.winners([take(one, two), take(two, one)]), 0, `round ${round}`);
    }
  });

  test('is verified as it was asked, or is another by then', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { user } = await someone();
      const verify: Change[] = [{ kind: 'verify-email', userId: user.id, email: user.email, at }];
      const to = `unverified-${round}@example.org`;
      const change: Change[] = [
        { kind: 'change-email', userId: user.id, from: user.email, to, at: at + 1000 },
      ];
      await stage.outcomes(inTurn(round, verify, change));
      assert.equal(
        await stage.count('users WHERE id = $1 AND email = $2 AND email_verified_at = $3', [
          user.id,
          to,
          new Date(at + 1000).toISOString(),
        ]),
        1,
        `round ${round}`,
      );
    }
  });

  test('changes beside sign-ins, and none of both is lost or a fault', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const person = await someone();
      const { user } = person;
      const change: Change[] = [
        { kind: 'change-email', userId: user.id, from: user.email, to: `new-${round}@example.org`, at },
        { kind: 'end-sessions-of-user', userId: user.id, reason: 'email-changed', at, by },
      ];
      assert.equal(await stage.winners([signIn(person), change, signIn(person), signIn(person)]), 4);
    }
  });
});

describe('beside the disabling of its user', () => {
  const passkey = (person: Person): Change[] => [
    { kind: 'add-passkey', passkey: authenticators.passkeyOf(person, people), most: 20 },
  ];
  const totp = (person: Person): Change[] => [
    { kind: 'add-totp', totp: authenticators.totpOf(person, people), replaces: null },
  ];

  for (const [what, changesOf] of Object.entries({ passkey, totp }))
    test(`a ${what} is set up before or not at all`, async () => {
      for (let round = 0; round < rounds; round += 1) {
        const person = await someone();
        const add = changesOf(person);
        const outcomes = await stage.outcomes(inTurn(round, add, disable(person)));
        assert.ok(outcomes[round % 2 ? 0 : 1]?.isCommitted, `round ${round}`);
        assert.equal(await stage.winners([add]), 0, 'nor ever after');
      }
    });

  test('a sign-in that was begun is never finished', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const person = await someone();
      const attemptHash = hashOf('attempt beside', round);
      const progress = { ...authenticators.progressOf(person, 1), attemptHash };
      const begin: Change[] = [{ kind: 'begin-sign-in', progress }];
      await stage.outcomes(inTurn(round, begin, disable(person)));
      const { id: userId } = person.user;
      const finish = () => signIn(person, () => [{ kind: 'finish-sign-in', attemptHash, userId }]);
      assert.equal(await stage.winners([finish(), finish()]), 0, `round ${round}`);
      assert.equal(await live(person), 0);
    }
  });

  test('a sign-in that is just finished leaves nothing that lives', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const person = await someone();
      const attemptHash = hashOf('attempt finished beside', round);
      const progress = { ...authenticators.progressOf(person, 1), attemptHash };
      await stage.write({ kind: 'begin-sign-in', progress });
      const { id: userId } = person.user;
      const finish = signIn(person, () => [{ kind: 'finish-sign-in', attemptHash, userId }]);
      await stage.outcomes(inTurn(round, finish, disable(person)));
      assert.equal(await live(person), 0, `round ${round}`);
    }
  });
});
