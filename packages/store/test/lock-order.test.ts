import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { GrantId, SessionId } from '@argus/contract';
import type { Change, Grant } from '@argus/core';
import { openStore } from '@argus/store';
import { by } from './change-cases.ts';
import { commitAlone, deadlocks, whileUncommitted } from './lock-waits.ts';
import { oauthCases } from './oauth-cases.ts';
import { clientOf, codeOf, consentOf, furnish, hashOf } from './oauth-stage.ts';
import { at, eventOf, home, idOf, openStage, type Person, rotationOf, type Stage } from './stage.ts';

let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<readonly [Person, number]> {
  people += 1;
  return [await furnish(stage.store, home, people), people];
}

const endSession = ({ session }: Person): Change => ({
  kind: 'end-session',
  sessionId: session.id,
  reason: 'signed-out',
  at,
  by,
});
const disableUser = ({ user }: Person): Change => ({
  kind: 'set-user-status',
  userId: user.id,
  status: 'disabled',
});
const begun = (person: Person, number: number): Grant => {
  const { grantId: id, clientId } = codeOf(person, number);
  return { ...person.grant, id, clientId, createdAt: at + 1000, rotatedAt: at + 1000 };
};

/** What comes first and is not yet committed, and what it takes away from whoever waits for it. */
const firsts: Readonly<Record<string, (person: Person, number: number) => Change>> = {
  'its session ends': (person) => endSession(person),
  'its user is disabled': (person) => disableUser(person),
  'its client is disabled': (person, number) => oauthCases['set-client-status'](person, number),
  'its client is removed': (person, number) => oauthCases['remove-client'](person, number),
};

describe('who comes while', () => {
  for (const [what, first] of Object.entries(firsts)) {
    test(`${what} waits, and a code is not redeemed in one statement`, async () => {
      const [person, number] = await someone();
      const outcome = await whileUncommitted(
        stage.url,
        { tenant: home, changes: [first(person, number)] },
        async (url) => {
          await using store = openStore({ url, size: 1 });
          return await store.redeemCode({
            tenant: home,
            codeHash: hashOf('code', number),
            grant: begun(person, number),
            event: eventOf(),
          });
        },
      );
      assert.deepEqual(outcome, { isRedeemed: false, lost: 'create-grant' });
    });

    for (const kind of ['redeem-code', 'use-device-authorization'] as const)
      test(`${what} waits, and ${kind} with create-grant is lost`, async () => {
        const [person, number] = await someone();
        const changes: Change[] = [
          oauthCases[kind](person, number),
          { kind: 'create-grant', grant: begun(person, number) },
        ];
        const outcome = await whileUncommitted(
          stage.url,
          { tenant: home, changes: [first(person, number)] },
          (url) => commitAlone(url, { tenant: home, changes }),
        );
        assert.equal(outcome.isCommitted, false);
      });
  }

  test('clients are disabled holds no session of theirs back, though codes of both are redeemed together', async () => {
    const [[one, first], [two, second]] = [await someone(), await someone()];
    const clients = [
      oauthCases['set-client-status'](one, first),
      oauthCases['set-client-status'](two, second),
    ];
    const redeemed = await whileUncommitted(
      stage.url,
      // As `end-grants-of-client` would: the sessions come after the client, in the order of their ids.
      { tenant: home, changes: clients, after: [endSession(one), endSession(two)] },
      async (url) => {
        await using store = openStore({ url, size: 1 });
        const asked = ([person, number]: readonly [Person, number]) => ({
          tenant: home,
          codeHash: hashOf('code', number),
          grant: begun(person, number),
          event: eventOf(),
        });
        return await Promise.all(
          [[one, first] as const, [two, second] as const].map((of) => store.redeemCode(asked(of))),
        );
      },
    );
    assert.deepEqual(redeemed, Array(2).fill({ isRedeemed: false, lost: 'create-grant' }));
    assert.equal(await deadlocks(stage.store), 0);
  });

  test('a person lets a client in waits to sweep it, and leaves it', async () => {
    const [person, number] = await someone();
    const client = clientOf(home, 9000 + number, { source: 'registration' });
    await commitAlone(stage.url, { tenant: home, changes: [{ kind: 'create-client', client }] });
    const { id: clientId } = client;
    const since = at + 1000;
    const consent = { ...consentOf(person, number), clientId, grantedAt: since, expiresAt: null };
    const outcome = await whileUncommitted(
      stage.url,
      { tenant: home, changes: [{ kind: 'give-consent', consent }] },
      (url) =>
        commitAlone(url, {
          tenant: home,
          changes: [{ kind: 'remove-client', clientId, ifUnusedSince: since }],
        }),
    );
    assert.deepEqual(outcome, { isCommitted: false, lost: 'remove-client' });
  });

  test('a session ends waits, and is not raised', async () => {
    const [{ user, session }, number] = await someone();
    const raise: Change = {
      kind: 'raise-session',
      sessionId: session.id,
      userId: user.id,
      amr: ['pwd'],
      acr: 'urn:argus:aal1',
      authenticatedAt: at,
      methods: ['pwd'],
      authenticationIds: [idOf(5, 7000 + number)],
    };
    const outcome = await whileUncommitted(
      stage.url,
      { tenant: home, changes: [endSession({ session } as Person)] }, // all that it reads
      (url) => commitAlone(url, { tenant: home, changes: [raise] }),
    );
    assert.deepEqual(outcome, { isCommitted: false, lost: 'raise-session' });
  });

  test('a session ends waits, and its grant is not renewed', async () => {
    const [person] = await someone();
    const outcome = await whileUncommitted(
      stage.url,
      { tenant: home, changes: [endSession(person)] },
      (url) =>
        commitAlone(url, { tenant: home, changes: [{ kind: 'renew-grant', renewal: rotationOf(person) }] }),
    );
    assert.deepEqual(outcome, { isCommitted: false, lost: 'renew-grant' });
  });

  test('a code is redeemed waits to end its client’s grants, and ends the new one', async () => {
    const [person, number] = await someone();
    const grant = begun(person, number);
    const { clientId } = grant;
    await whileUncommitted(
      stage.url,
      { tenant: home, changes: [oauthCases['redeem-code'](person, number), { kind: 'create-grant', grant }] },
      (url) =>
        commitAlone(url, {
          tenant: home,
          changes: [{ kind: 'end-grants-of-client', clientId, reason: 'client-disabled', at }],
        }),
    );
    const facts = await stage.store.refreshFacts({ tenant: home, grantId: grant.id });
    assert.equal(facts?.grant.status, 'ended');
  });
});

test('whatever ends, rotates and begins grants at once never deadlocks', async () => {
  const racers = openStore({ url: stage.url, size: 8 });
  const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 40);
  const [owner, number] = await someone();
  const clientId = clientOf(home, number).id;
  for (let round = 0; round < rounds; round += 1) {
    // Two sessions with two grants of the client each; the older session has the newer grants.
    const held: { session: Person['session']; grants: Grant[] }[] = [];
    for (const place of [0, 1]) {
      const id = 400_000 + round * 2 + place;
      const session = { ...owner.session, id: idOf(3, id) as SessionId };
      const grants = [1, 2].map((each) => ({
        ...owner.grant,
        id: idOf(4, 700_000 - (round * 4 + place * 2 + each)) as GrantId,
        sessionId: session.id,
        clientId,
      }));
      const changes: Change[] = [
        { kind: 'create-session', session, methods: ['pwd'], authenticationIds: [idOf(5, id)] },
        ...grants.map((grant) => ({ kind: 'create-grant', grant }) as const),
      ];
      assert.ok((await racers.commit({ tenant: home, changes, events: [] })).isCommitted);
      held.push({ session, grants });
    }
    const codes = held.map(({ session }, place) => ({
      ...codeOf({ ...owner, session }, number),
      codeHash: hashOf('raced code', round * 2 + place),
      grantId: idOf(4, 800_000 + round * 2 + place) as GrantId,
    }));
    const created = codes.map((code) => ({ kind: 'create-code', code }) as const);
    assert.ok((await racers.commit({ tenant: home, changes: created, events: [] })).isCommitted);
    const all = held.flatMap(({ grants }) => grants);
    const commit = (...changes: Change[]) => racers.commit({ tenant: home, changes, events: [] });
    await Promise.all([
      ...all.map((grant) =>
        racers.rotate(rotationOf({ ...owner, grant, session: { ...owner.session, id: grant.sessionId } })),
      ),
      commit({ kind: 'end-grants-of-client', clientId, reason: 'client-disabled', at }),
      commit({
        kind: 'end-grants-of-client',
        clientId,
        userId: owner.user.id,
        reason: 'consent-withdrawn',
        at,
      }),
      ...held.map(({ session }) => commit(endSession({ ...owner, session }))),
      ...all.map(({ id }) =>
        commit({ kind: 'end-grant', grantId: id, reason: 'token-revoked', at, orAlreadyEnded: true }),
      ),
      commit({ kind: 'end-sessions-of-user', userId: owner.user.id, reason: 'password-changed', at, by }),
      commit({ kind: 'set-client-status', clientId, status: 'active', at }),
      ...codes.map((code) =>
        racers.redeemCode({
          tenant: home,
          codeHash: code.codeHash,
          grant: { ...begun(owner, number), id: code.grantId, sessionId: code.sessionId },
          event: eventOf(),
        }),
      ),
    ]);
    const { rowCount } = await racers.pool.query(
      `SELECT FROM grants g JOIN sessions s ON s.id = g.session_id
       WHERE g.status = 'active' AND s.user_id = $2 AND (s.state = 'ended' OR g.client_id = $1)`,
      [clientId, owner.user.id],
    );
    assert.equal(rowCount, 0, `round ${round}`);
  }
  await racers.close();
  assert.equal(await deadlocks(stage.store), 0);
});
