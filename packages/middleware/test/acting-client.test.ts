import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtectionFault, protect, type Requirement } from '../src/index.ts';
import { setting, withBearer, withCookie } from './fake-issuer.ts';

async function door(requirement: Requirement = {}) {
  const { clock, issuer } = await setting();
  const protection = protect({ issuer: issuer.url, fetch: issuer.fetch, clock, ...requirement });
  const outcome = async (token: string) => {
    const verdict = await protection.check(withBearer(token));
    return verdict.ok ? verdict.principal.kind : `${verdict.refusal} ${verdict.reason}`;
  };
  return { ...protection, outcome, issuer };
}

test('an API that never spoke of clients meets none: its handlers ask for a user', async () => {
  const { outcome, issuer } = await door();
  assert.equal(await outcome(await issuer.clientToken()), 'denied wrong-kind');
  assert.equal(await outcome(await issuer.token()), 'person');
});

test('a client that acts by itself has a name and scopes, and nothing of a person', async () => {
  const { check, issuer } = await door({ kind: 'any' });
  const claims = { scope: 'notes.read', aud: issuer.url };
  const verdict = await check(withBearer(await issuer.clientToken(claims)));
  assert.ok(verdict.ok);
  const { claims: shown, ...principal } = verdict.principal;
  assert.deepEqual(principal, {
    kind: 'client',
    grantId: issuer.claims().gid,
    clientId: 'reports',
    tenant: 'default',
    roles: [],
    scopes: ['notes.read'],
    actor: null,
    expiresAt: issuer.claims().exp * 1000,
    source: 'bearer',
  });
  assert.equal('sid' in shown, false);
});

test('a door for clients alone refuses people', async () => {
  const { outcome, issuer } = await door({ kind: 'client' });
  assert.equal(await outcome(await issuer.token()), 'denied wrong-kind');
  assert.equal(await outcome(await issuer.clientToken()), 'client');
});

test('no client is strong or fresh enough where a sign-in is asked for', async () => {
  const reason = 'insufficient_user_authentication no-authentication';
  for (const requirement of [{ acr: 'urn:argus:aal1' }, { maxAgeSeconds: 1_000_000 }] as const) {
    const { outcome, issuer } = await door({ kind: 'any', ...requirement });
    assert.equal(await outcome(await issuer.clientToken()), reason);
    assert.equal(await outcome(await issuer.token()), 'person');
  }
});

test('a client without roles is denied where one is asked for', async () => {
  const { outcome, issuer } = await door({ kind: 'any', roles: 'writer' });
  assert.equal(await outcome(await issuer.clientToken()), 'denied missing-role');
});

test('a missing scope is said of a client as of a person', async () => {
  const { outcome, issuer } = await door({ kind: 'any', scope: 'notes.write' });
  assert.equal(await outcome(await issuer.clientToken()), 'insufficient_scope missing-scope');
  assert.equal(await outcome(await issuer.clientToken({ scope: 'notes.write' })), 'client');
});

test('an inner door narrows an open one, and cannot widen a narrow one', async () => {
  const { requiring, issuer } = await door({ kind: 'any' });
  const verdict = await requiring({ kind: 'person' }).check(withBearer(await issuer.clientToken()));
  assert.equal(!verdict.ok && verdict.reason, 'wrong-kind');
  const people = await door();
  const still = await people.requiring({ kind: 'any' }).check(withBearer(await people.issuer.clientToken()));
  assert.equal(!still.ok && still.reason, 'wrong-kind');
});

test('a door through which nobody could pass is a fault at the start', async () => {
  const { requiring } = await door({ kind: 'person' });
  assert.throws(() => requiring({ kind: 'client' }), ProtectionFault);
  const clients = await door({ kind: 'client' });
  assert.throws(() => clients.requiring({ maxAgeSeconds: 60 }), ProtectionFault);
});

test('who acts for a person by an exchanged token is shown beside the person', async () => {
  const { check, issuer } = await door();
  const act = { sub: 'reports', client_id: 'reports' };
  const verdict = await check(withBearer(await issuer.token({ act })));
  assert.ok(verdict.ok && verdict.principal.kind === 'person');
  assert.equal(verdict.principal.userId, issuer.claims().sub);
  assert.deepEqual(verdict.principal.actor, { subject: 'reports', clientId: 'reports' });
});

test('an actor without a client is shown as such', async () => {
  const { check, issuer } = await door();
  const verdict = await check(withBearer(await issuer.token({ act: { sub: 'somebody' } })));
  assert.deepEqual(verdict.ok && verdict.principal.actor, { subject: 'somebody', clientId: null });
});

test('a token of a client in the cookie is no person either', async () => {
  const { check, issuer } = await door();
  const verdict = await check(withCookie(await issuer.clientToken()));
  assert.equal(!verdict.ok && verdict.reason, 'wrong-kind');
});
