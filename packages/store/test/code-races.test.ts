import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { GrantId, SessionId } from '@argus/contract';
import type { AuthorizationCode, Change, Grant } from '@argus/core';
import { openStore, type Store } from '@argus/store';
import { by } from './change-cases.ts';
import { clientOf, codeOf, furnish, hashOf } from './oauth-stage.ts';
import { at, eventOf, home, idOf, openStage, type Person, type Stage, signInChanges } from './stage.ts';

const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 40);

let stage: Stage;
let second: Store;
let person: Person;
before(async () => {
  stage = await openStage();
  second = openStore({ url: stage.url });
  person = await furnish(stage.store, home, 1);
});
after(async () => {
  await second.close();
  await stage[Symbol.asyncDispose]();
});

/** A fresh session of the person, with a code that waits to be redeemed. */
async function waiting(round: number): Promise<{ code: AuthorizationCode; grant: Grant }> {
  // Brands over text, from the same shape of id.
  const session = { ...person.session, id: idOf(3, 300_000 + round) as SessionId };
  const own = { ...person.grant, id: idOf(4, 300_000 + round) as GrantId, sessionId: session.id };
  const code = {
    ...codeOf({ ...person, session }, 1),
    codeHash: hashOf('raced code', round),
    grantId: idOf(4, 600_000 + round) as GrantId,
  };
  const changes: Change[] = [
    ...signInChanges({ ...person, session, grant: own }),
    { kind: 'create-code', code },
  ];
  const written = await stage.store.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted);
  const { clientId, grantId: id, sessionId } = code;
  return { code, grant: { ...own, id, clientId, sessionId, createdAt: at + 1000, rotatedAt: at + 1000 } };
}

type Way = (store: Store, waits: Awaited<ReturnType<typeof waiting>>) => Promise<boolean>;

const ways: Readonly<Record<string, Way>> = {
  'in one statement': async (store, { code, grant }) => {
    const { tenant, codeHash } = { tenant: home, ...code };
    const event = eventOf({ type: 'grant.began', grantId: grant.id });
    return (await store.redeemCode({ tenant, codeHash, grant, event })).isRedeemed;
  },
  'change by change': async (store, { code, grant }) => {
    const { codeHash, clientId } = code;
    const changes: Change[] = [
      { kind: 'redeem-code', codeHash, clientId, at: grant.createdAt },
      { kind: 'create-grant', grant },
    ];
    const events = [eventOf({ type: 'grant.began', grantId: grant.id })];
    return (await store.commit({ tenant: home, changes, events })).isCommitted;
  },
};

const write = async (...changes: Change[]) => {
  const written = await second.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
};

/** What ends whatever a code could begin; afterwards nothing of it may live. */
const ends: Readonly<Record<string, (grant: Grant) => Change[]>> = {
  'the end of its session': ({ sessionId }) => [
    { kind: 'end-session', sessionId, reason: 'signed-out', at, by },
  ],
  'the disabling of its user': () => [
    { kind: 'set-user-status', userId: person.user.id, status: 'disabled' },
    { kind: 'end-sessions-of-user', userId: person.user.id, reason: 'user-disabled', at, by },
  ],
  'the disabling of its client': ({ clientId }) => [
    { kind: 'set-client-status', clientId, status: 'disabled', at },
    { kind: 'end-grants-of-client', clientId, reason: 'client-disabled', at },
  ],
  // The other way round, too: what ends grants holds the client itself.
  'the end of its client’s grants': ({ clientId }) => [
    { kind: 'end-grants-of-client', clientId, reason: 'client-disabled', at },
    { kind: 'set-client-status', clientId, status: 'disabled', at },
  ],
  'the withdrawal of consent': ({ clientId }) => [
    { kind: 'end-grants-of-client', clientId, userId: person.user.id, reason: 'consent-withdrawn', at },
  ],
};

async function restore(): Promise<void> {
  await write(
    { kind: 'set-user-status', userId: person.user.id, status: 'active' },
    { kind: 'set-client-status', clientId: clientOf(home, 1).id, status: 'active', at },
  );
}

let round = 0;
for (const [way, redeem] of Object.entries(ways)) {
  describe(`a code that is redeemed ${way}`, () => {
    test('by fifty at once is redeemed by exactly one', async () => {
      for (let turn = 0; turn < Math.ceil(rounds / 20); turn += 1) {
        round += 1;
        const waits = await waiting(round);
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, (_, place) => redeem(place % 2 ? second : stage.store, waits)),
        );
        assert.equal(outcomes.filter((hasWon) => hasWon).length, 1, `turn ${turn}`);
        const { rows } = await stage.store.pool.query(
          `SELECT (SELECT count(*) FROM grants WHERE id = $1) AS grants,
            (SELECT count(*) FROM audit_events WHERE grant_id = $1) AS events`,
          [waits.grant.id],
        );
        assert.deepEqual(rows, [{ grants: 1, events: 1 }]);
      }
    });

    for (const [what, endOf] of Object.entries(ends))
      test(`beside ${what} leaves nothing that lives`, async () => {
        for (let turn = 0; turn < rounds; turn += 1) {
          round += 1;
          const waits = await waiting(round);
          const raced = () => Promise.all([redeem(stage.store, waits), write(...endOf(waits.grant))]);
          // Each first in every second round, so that both orders happen on any machine.
          const [isRedeemed] =
            turn % 2 === 0
              ? await raced()
              : (await Promise.all([write(...endOf(waits.grant)), redeem(stage.store, waits)])).toReversed();
          const { rows } = await stage.store.pool.query('SELECT status FROM grants WHERE id = $1', [
            waits.grant.id,
          ]);
          assert.deepEqual(rows, isRedeemed ? [{ status: 'ended' }] : [], `turn ${turn}`);
          await restore();
        }
      });
  });
}

describe('a redemption in one statement', () => {
  const redeem = (waits: Awaited<ReturnType<typeof waiting>>, changes: { grant?: Partial<Grant> } = {}) =>
    stage.store.redeemCode({
      tenant: home,
      codeHash: waits.code.codeHash,
      grant: { ...waits.grant, ...changes.grant },
      event: eventOf({ type: 'grant.began', grantId: waits.grant.id }),
    });
  const fresh = () => {
    round += 1;
    return waiting(round);
  };

  test('writes what the changes would write', async () => {
    const [one, two] = [await fresh(), await fresh()];
    const event = {
      ...eventOf(),
      type: 'grant.began',
      reason: 'authorization_code',
      details: { a: 1 },
    } as const;
    const about = ({ grant }: typeof one) => ({
      ...event,
      userId: person.user.id,
      sessionId: grant.sessionId,
      grantId: grant.id,
      deviceId: person.device.id,
      at: grant.createdAt,
      origin: { ip: grant.rotatedIp, userAgent: grant.rotatedUserAgent },
    });
    const bound = { jkt: 'k'.repeat(43), scope: 'openid', resources: codeOf(person, 1).resources };
    assert.deepEqual(
      await stage.store.redeemCode({
        tenant: home,
        codeHash: one.code.codeHash,
        grant: { ...one.grant, ...bound },
        event: about(one),
      }),
      { isRedeemed: true },
    );
    const { codeHash, clientId } = two.code;
    await write(
      { kind: 'redeem-code', codeHash, clientId, at: at + 1000 },
      { kind: 'create-grant', grant: { ...two.grant, ...bound } },
    );
    await second.commit({ tenant: home, changes: [], events: [{ ...about(two), id: eventOf().id }] });
    const written = async (waits: typeof one) => {
      const { rows } = await stage.store.pool.query(
        `SELECT to_jsonb(g) - 'id' - 'session_id' AS grant, c.consumed_at,
          to_jsonb(e) - 'id' - 'session_id' - 'grant_id' AS event
         FROM grants g JOIN authorization_codes c ON c.grant_id = g.id JOIN audit_events e ON e.grant_id = g.id
         WHERE g.id = $1`,
        [waits.grant.id],
      );
      assert.equal(rows.length, 1);
      return rows;
    };
    assert.deepEqual(await written(one), await written(two));
  });

  test('beside one that is lost is not lost with it', async () => {
    const [one, two, three] = [await fresh(), await fresh(), await fresh()];
    const sessionId = idOf(3, 99_999) as SessionId;
    assert.deepEqual(
      await Promise.all([redeem(one), redeem(two, { grant: { sessionId } }), redeem(three), redeem(one)]),
      [
        { isRedeemed: true },
        { isRedeemed: false, lost: 'create-grant' },
        { isRedeemed: true },
        { isRedeemed: false, lost: 'redeem-code' },
      ],
    );
  });

  const losses: Readonly<Record<string, readonly [Partial<Grant>, lost: string]>> = {
    'under a session that there is not': [{ sessionId: idOf(3, 99_999) as SessionId }, 'create-grant'],
    'for a client that there is not': [{ clientId: 'nobody' as Grant['clientId'] }, 'create-grant'],
    'too late': [{ createdAt: at + 60_000 }, 'redeem-code'],
    'as another grant than the code names': [{ id: idOf(4, 99_999) as GrantId }, 'redeem-code'],
  };
  for (const [what, [grant, lost]] of Object.entries(losses))
    test(`${what} is lost, and the code stays good`, async () => {
      const waits = await fresh();
      assert.deepEqual(await redeem(waits, { grant }), { isRedeemed: false, lost });
      assert.deepEqual(await redeem(waits), { isRedeemed: true });
    });

  test('under another session of the same person is lost', async () => {
    const [one, two] = [await fresh(), await fresh()];
    const { sessionId } = two.grant;
    assert.deepEqual(await redeem(one, { grant: { sessionId } }), { isRedeemed: false, lost: 'redeem-code' });
  });

  test('in another tenant is lost', async () => {
    const waits = await fresh();
    const { codeHash } = waits.code;
    const redemption = { tenant: 'other', codeHash, grant: waits.grant, event: eventOf() };
    assert.deepEqual(await stage.store.redeemCode(redemption), { isRedeemed: false, lost: 'create-grant' });
  });
});
