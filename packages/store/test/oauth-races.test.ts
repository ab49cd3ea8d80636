import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClientId, GrantId, SessionId, UserId } from '@argus/contract';
import type { Change, Grant } from '@argus/core';
import {
  consentOf,
  deviceAuthorizationByDeviceCode,
  openStore,
  type Store,
  takeLogoutDeliveries,
} from '@argus/store';
import { by } from './change-cases.ts';
import { oauthCases } from './oauth-cases.ts';
import * as oauth from './oauth-stage.ts';
import {
  at,
  home,
  idOf,
  openStage,
  other,
  type Person,
  type Stage,
  signInChanges,
  signUpChanges,
} from './stage.ts';

const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 40);

let stage: Stage;
let stores: readonly [Store, Store];
let person: Person;
const clientId: ClientId = oauth.clientOf(home, 1).id;
before(async () => {
  stage = await openStage();
  stores = [stage.store, openStore({ url: stage.url })];
  person = await oauth.furnish(stage.store, home, 1);
});
after(async () => {
  await stores[1].close();
  await stage[Symbol.asyncDispose]();
});

async function write(...changes: Change[]): Promise<void> {
  const written = await stage.store.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
}

/** How many of these won, when two servers write them all at once. */
async function winners(alternatives: readonly (readonly Change[])[]): Promise<number> {
  const outcomes = await Promise.all(
    alternatives.map((changes, place) => storeOf(place).commit({ tenant: home, changes, events: [] })),
  );
  return outcomes.filter((outcome) => outcome.isCommitted).length;
}

const storeOf = (place: number): Store => stores[place % 2 === 0 ? 0 : 1];

const times = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place));

test('of ten that show the same at once one is first, and of different things none is in another’s way', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const mark = { kind: 'claim-mark', mark: oauth.markOf(10_000 + round) } as const;
    assert.equal(await winners(times(10, () => [mark])), 1, `round ${round}`);
    const different = times(10, (place): Change[] => [
      { kind: 'claim-mark', mark: oauth.markOf(1_000_000 + round * 10 + place) },
    ]);
    assert.equal(await winners(different), 10);
  }
});

test('of ten that begin with the same pushed request one does', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const uriHash = oauth.hashOf('raced request', round);
    await write({ kind: 'push-request', request: { ...oauth.pushedOf(home, 1), uriHash } });
    const use: Change = { kind: 'use-pushed-request', uriHash, clientId, at };
    assert.equal(await winners(times(10, () => [use])), 1, `round ${round}`);
  }
});

test('of ten agreements at once each is written, and one whole one is left', async () => {
  const { id: userId } = person.user;
  for (let round = 0; round < rounds; round += 1) {
    const given = times(10, (place) => ({
      userId,
      clientId,
      scope: [`scope-${place}`],
      resources: [],
      grantedAt: at + place,
      expiresAt: at + 1000 + place,
    }));
    const won = await winners(given.map((consent) => [{ kind: 'give-consent', consent }]));
    assert.equal(won, 10);
    const left = await consentOf(stage.store.pool, home, { userId, clientId });
    assert.ok(given.some((consent) => JSON.stringify(consent) === JSON.stringify(left)));
    const withdraw: Change = { kind: 'withdraw-consent', userId, clientId };
    assert.equal(await winners(times(10, () => [withdraw])), 1, `round ${round}`);
  }
});

/** A device authorization of its own for each round, decided by the person unless it shall stay pending. */
async function device(round: number, isApproved: boolean): Promise<{ codeHash: Uint8Array; grant: Grant }> {
  const authorization = {
    ...oauth.authorizationOf(home, 1),
    deviceCodeHash: oauth.hashOf(`raced device ${isApproved}`, round),
    userCodeHash: oauth.hashOf(`raced user code ${isApproved}`, round),
    grantId: idOf(4, 900_000 + round) as GrantId, // a brand over text
  };
  await write({ kind: 'create-device-authorization', authorization });
  const { deviceCodeHash: codeHash, userCodeHash, grantId } = authorization;
  const { user, session } = person;
  const decision = { decision: 'approved', userId: user.id, sessionId: session.id, at } as const;
  if (isApproved) await write({ kind: 'decide-device-authorization', userCodeHash, ...decision });
  return { codeHash, grant: { ...person.grant, id: grantId, clientId } };
}

test('of ten polls at once one counts, and of ten that come for the tokens one gets a grant', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { codeHash, grant } = await device(round, true);
    const poll: Change = {
      kind: 'poll-device-authorization',
      deviceCodeHash: codeHash,
      expectedPolledAt: null,
      intervalSeconds: 5,
      at,
    };
    assert.equal(await winners(times(10, () => [poll])), 1, `round ${round}`);
    const use: Change[] = [
      { kind: 'use-device-authorization', deviceCodeHash: codeHash, clientId, at },
      { kind: 'create-grant', grant },
    ];
    assert.equal(await winners(times(10, () => use)), 1, `round ${round}`);
  }
});

test('of a yes and a no at once one is the answer', async () => {
  const { user, session } = person;
  for (let round = 0; round < rounds; round += 1) {
    const { codeHash } = await device(round, false);
    const decide = (decision: 'approved' | 'denied'): Change => ({
      kind: 'decide-device-authorization',
      userCodeHash: oauth.hashOf('raced user code false', round),
      decision,
      userId: user.id,
      sessionId: session.id,
      at,
    });
    const won = await winners(times(6, (place) => [decide(place % 2 ? 'approved' : 'denied')]));
    assert.equal(won, 1, `round ${round}`);
    const facts = await deviceAuthorizationByDeviceCode(stage.store.pool, home, codeHash);
    assert.match(facts?.authorization.state ?? '', /^(approved|denied)$/);
  }
});

test('of two people who link the same identity at once one has it, and of two clients of one id one is there', async () => {
  const rival = { ...person.user, id: idOf(1, 40_000) as UserId, email: 'rival@example.org' };
  await write(...signUpChanges({ ...person, user: rival }));
  for (let round = 0; round < rounds; round += 1) {
    const link = (userId: UserId): Change => ({
      kind: 'link-identity',
      identity: { ...oauth.identityOf(person, 1), subject: `raced subject ${round}`, userId },
    });
    assert.equal(await winners([[link(person.user.id)], [link(rival.id)]]), 1, `round ${round}`);
    const create: Change = { kind: 'create-client', client: oauth.clientOf(home, 20_000 + round) };
    assert.equal(await winners([[create], [create]]), 1, `round ${round}`);
  }
});

test('of ten that declare the same resource or provider at once each is written', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const number = 40_000 + round;
    const declare = times(10, (place): Change[] => [
      {
        kind: 'declare-resource',
        resource: { ...oauth.resourceOf(home, number), settings: { scopes: [`${place}`] } },
      },
      { kind: 'declare-provider', provider: { ...oauth.providerOf(home, number), changedAt: at + place } },
    ]);
    assert.equal(await winners(declare), 10, `round ${round}`);
  }
});

test('of two tenants that declare the same id at once one has it', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const resource = oauth.resourceOf(home, 50_000 + round);
    const provider = oauth.providerOf(home, 50_000 + round);
    const client = oauth.clientOf(home, 50_000 + round);
    for (const change of [
      { kind: 'declare-resource', resource },
      { kind: 'declare-provider', provider },
      { kind: 'create-client', client },
    ] as const) {
      const outcomes = await Promise.all(
        [home, other].map((tenant, place) =>
          storeOf(place).commit({ tenant, changes: [change], events: [] }),
        ),
      );
      assert.equal(
        outcomes.filter(({ isCommitted }) => isCommitted).length,
        1,
        `round ${round} ${change.kind}`,
      );
    }
  }
});

test('two workers that take deliveries at once never take the same', async () => {
  await stage.store.pool.query('DELETE FROM logout_deliveries');
  for (let round = 0; round < rounds; round += 1) {
    const ids = times(6, (place) => idOf(3, 500_000 + round * 6 + place) as SessionId); // brands over text
    for (const [place, id] of ids.entries()) {
      const grant = {
        ...person.grant,
        id: idOf(4, 500_000 + round * 6 + place) as GrantId,
        sessionId: id,
        clientId,
      };
      const session = { ...person.session, id };
      const end: Change = { kind: 'end-session', sessionId: id, reason: 'signed-out', at, by };
      await write(...signInChanges({ ...person, session, grant }), end);
    }
    const taken = await Promise.all(
      times(4, (place) => takeLogoutDeliveries(storeOf(place).pool, { now: at, limit: 3 })),
    );
    const rest = await takeLogoutDeliveries(stage.store.pool, { now: at, limit: 100 });
    const seen = [...taken.flat(), ...rest].map(({ sessionId }) => sessionId);
    assert.deepEqual(seen.toSorted(), ids.toSorted(), `round ${round}`);
  }
});

test('of two that change a client at once one knew it as it was', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const number = 30_000 + round;
    await write({ kind: 'create-client', client: oauth.clientOf(home, number) });
    const change = oauthCases['change-client'](person, number);
    // At the very instant at which it was made: even then the second is late.
    const now = { ...change, at };
    assert.equal(await winners([[now], [now]]), 1, `round ${round}`);
  }
});
