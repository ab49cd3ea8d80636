import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AuthenticatorId, UserId } from '@argus/contract';
import type { Change, Identity } from '@argus/core';
import { identitiesOfUser } from '@argus/store';
import { passkeyOf, totpOf } from './authenticator-stage.ts';
import { hashOf, identityOf, issuer, providerOf } from './oauth-stage.ts';
import { at, home, idOf, openStage, type Person, personOf, type Stage } from './stage.ts';

let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function commit(...changes: Change[]): Promise<boolean> {
  return (await stage.store.commit({ tenant: home, changes, events: [] })).isCommitted;
}

/** Somebody without a password, who comes in by these many identities, all of one provider. */
async function withIdentities(count: number): Promise<{ person: Person; identities: Identity[] }> {
  people += 1;
  const number = people;
  const person = personOf(home, number);
  const identities = Array.from({ length: count }, (_, place) => ({
    ...identityOf(person, number),
    subject: `subject ${number} ${place}`,
  }));
  assert.ok(
    await commit(
      { kind: 'create-user', user: person.user },
      { kind: 'declare-provider', provider: providerOf(home, number) },
      ...identities.map((identity) => ({ kind: 'link-identity', identity }) as const),
    ),
  );
  return { person, identities };
}

const unlink = (identity: Identity | undefined, userId: UserId): Change[] => [
  { kind: 'hold-user', userId },
  { kind: 'unlink-identity', issuer, subject: identity?.subject ?? '', userId },
];

let passkeys = 0;
/** Another passkey of this person. */
async function addPasskey(person: Person): Promise<AuthenticatorId> {
  passkeys += 1;
  const id = idOf(8, passkeys) as AuthenticatorId; // a brand over text
  const passkey = { ...passkeyOf(person, 1), id, credentialId: hashOf('credential', passkeys) };
  assert.ok(await commit({ kind: 'add-passkey', passkey, most: 20 }));
  return id;
}

const remove = (id: AuthenticatorId, userId: UserId): Change[] => [
  { kind: 'remove-authenticator', userId, id },
];

describe('the last way in', () => {
  test('is not taken away', async () => {
    const { person, identities } = await withIdentities(1);
    assert.equal(await commit(...unlink(identities[0], person.user.id)), false);
  });

  test('is not what another identity leaves, or a password', async () => {
    const { person, identities } = await withIdentities(2);
    const { id: userId } = person.user;
    assert.equal(await commit(...unlink(identities[0], userId)), true);
    assert.equal(await commit(...unlink(identities[1], userId)), false);
    await commit({ kind: 'set-password', userId, phc: person.phc, expected: null, at });
    assert.equal(await commit(...unlink(identities[1], userId)), true);
  });

  test('is not an identity whose provider is gone, and that one may go', async () => {
    const { person, identities } = await withIdentities(1);
    const { id: userId } = person.user;
    const gone = { ...identityOf(person, people), subject: 'gone', providerId: providerOf(home, 9999).id };
    await commit({ kind: 'link-identity', identity: gone });
    assert.equal(await commit(...unlink(identities[0], userId)), false);
    assert.equal(await commit(...unlink(gone, userId)), true);
  });

  test('is not what somebody else has', async () => {
    const { person, identities } = await withIdentities(1);
    await withIdentities(1);
    assert.equal(await commit(...unlink(identities[0], person.user.id)), false);
    assert.equal(await commit(...unlink(identities[0], idOf(1, people) as UserId)), false); // a brand over text
  });

  test('is not what a passkey leaves: it opens the account by itself', async () => {
    const { person, identities } = await withIdentities(1);
    const { id: userId } = person.user;
    const id = await addPasskey(person);
    assert.equal(await commit(...unlink(identities[0], userId)), true);
    assert.equal(await commit(...remove(id, userId)), false);
    const another = await addPasskey(person);
    assert.equal(await commit(...remove(id, userId)), true);
    assert.equal(await commit(...remove(another, userId)), false);
    await commit({ kind: 'set-password', userId, phc: person.phc, expected: null, at });
    assert.equal(await commit(...remove(another, userId)), true);
  });

  test('is not a TOTP, which may always go', async () => {
    const { person, identities } = await withIdentities(1);
    const { id: userId } = person.user;
    const totp = totpOf(person, people);
    await commit({ kind: 'add-totp', totp, replaces: null });
    assert.equal(await commit(...unlink(identities[0], userId)), false);
    const id = await addPasskey(person);
    await commit(...unlink(identities[0], userId));
    assert.equal(await commit(...remove(id, userId)), false);
    assert.equal(await commit(...remove(totp.id, userId)), true);
  });

  test('is not what a provider that is gone leaves beside a passkey, or somebody else’s passkey', async () => {
    const { person } = await withIdentities(1);
    const { person: colleague } = await withIdentities(1);
    await addPasskey(colleague);
    const { id: userId } = person.user;
    const id = await addPasskey(person);
    const providerId = providerOf(home, people - 1).id;
    assert.ok(await commit({ kind: 'remove-provider', providerId }));
    assert.equal(await commit(...remove(id, userId)), false);
  });

  test('is left when two passkeys, or a passkey and an identity, are removed at once', async () => {
    for (let round = 0; round < Number(process.env.ARGUS_RACE_ROUNDS ?? 40); round += 1) {
      const { person, identities } = await withIdentities(1);
      const { id: userId } = person.user;
      const first = await addPasskey(person);
      const all = [unlink(identities[0], userId), remove(first, userId)];
      if (round % 2) all.push(remove(await addPasskey(person), userId));
      const order = round % 4 < 2 ? all : all.toReversed();
      const outcomes = await Promise.all(order.map((changes) => commit(...changes)));
      assert.equal(outcomes.filter((hasWon) => hasWon).length, all.length - 1, `round ${round}`);
    }
  });

  test('is left when two are taken away at once, round after round', async () => {
    for (let round = 0; round < Number(process.env.ARGUS_RACE_ROUNDS ?? 40); round += 1) {
      const { person, identities } = await withIdentities(2);
      const { id: userId } = person.user;
      const outcomes = await Promise.all(identities.map((identity) => commit(...unlink(identity, userId))));
      assert.equal(outcomes.filter((hasWon) => hasWon).length, 1, `round ${round}`);
      assert.equal((await identitiesOfUser(stage.store.pool, home, userId)).length, 1);
    }
  });
});
