import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessClaims } from '@argus/tokens';
import fc from 'fast-check';
import { protect, type Requirement } from '../src/index.ts';
import { setting, withBearer } from './fake-issuer.ts';

async function reasonFor(requirement: Requirement, claims: Partial<AccessClaims>): Promise<string> {
  const { clock, issuer } = await setting();
  const protection = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const verdict = await protection.requiring(requirement).check(withBearer(await issuer.token(claims)));
  return verdict.ok ? 'ok' : verdict.reason;
}

const levels = ['urn:argus:aal1', 'urn:argus:aal2', 'urn:argus:aal3'] as const;
for (const [needed, acr] of levels.entries()) {
  for (const [reached, has] of levels.entries()) {
    test(`${has} ${reached >= needed ? 'meets' : 'does not meet'} ${acr}`, async () => {
      const expected = reached >= needed ? 'ok' : 'weak-authentication';
      assert.equal(await reasonFor({ acr }, { acr: has }), expected);
    });
  }
}

test('an assurance level nobody knows meets none', async () => {
  assert.equal(await reasonFor({ acr: 'urn:argus:aal1' }, { acr: 'urn:argus:aal9' }), 'weak-authentication');
});

test('every scope is needed, and a longer name that begins with it is another scope', async () => {
  assert.equal(await reasonFor({ scope: 'a b' }, { scope: 'c b a' }), 'ok');
  assert.equal(await reasonFor({ scope: ['a', 'b'] }, { scope: 'a bb' }), 'missing-scope');
});

test('one of the roles is enough', async () => {
  assert.equal(await reasonFor({ roles: ['admin', 'writer'] }, { roles: ['writer'] }), 'ok');
  assert.equal(await reasonFor({ roles: ['admin', 'owner'] }, { roles: ['writer'] }), 'missing-role');
});

test('what no new sign-in would cure is said before a stronger sign-in is asked', async () => {
  assert.equal(await reasonFor({ acr: 'urn:argus:aal3', roles: 'admin' }, {}), 'missing-role');
});

test('a sign-in is fresh through its last second and stale after it, though the token is cached', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, maxAgeSeconds: 100, fetch: issuer.fetch, clock });
  const token = await issuer.token(); // signed in 60 seconds ago
  assert.equal((await check(withBearer(token))).ok, true);
  clock.advance(40_000);
  assert.equal((await check(withBearer(token))).ok, true);
  clock.advance(1);
  const verdict = await check(withBearer(token));
  assert.equal(!verdict.ok && verdict.reason, 'stale-authentication');
});

test('a door made from another asks for what both ask and leaves the first as it was', async () => {
  const { clock, issuer } = await setting();
  const outer = protect({ issuer: issuer.url, roles: 'writer', fetch: issuer.fetch, clock });
  const inner = outer.requiring({ roles: 'admin', scope: 'notes.write' });
  const writer = await issuer.token({ scope: 'notes.write' });
  const both = await issuer.token({ scope: 'notes.write', roles: ['writer', 'admin'] });
  const admin = await issuer.token({ scope: 'notes.write', roles: ['admin'] });
  assert.equal((await outer.check(withBearer(writer))).ok, true);
  assert.equal((await inner.check(withBearer(writer))).ok, false);
  assert.equal((await inner.check(withBearer(admin))).ok, false);
  assert.equal((await inner.check(withBearer(both))).ok, true);
});

test('property: a tightened requirement never admits what the looser one refused', async () => {
  const { clock, issuer } = await setting();
  const scopes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 });
  const requirement: fc.Arbitrary<Requirement> = fc.record(
    { scope: scopes, roles: scopes, acr: fc.constantFrom(...levels), maxAgeSeconds: fc.nat(120) },
    { requiredKeys: [] },
  );
  const holder = fc.record({ scope: scopes, roles: scopes, acr: fc.constantFrom(...levels) });
  const base = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  await fc.assert(
    fc.asyncProperty(requirement, requirement, holder, async (first, second, has) => {
      const request = withBearer(await issuer.token({ ...has, scope: has.scope.join(' ') }));
      const alone = [await base.requiring(first).check(request), await base.requiring(second).check(request)];
      const joined = await base.requiring(first).requiring(second).check(request);
      assert.equal(
        joined.ok,
        alone.every((verdict) => verdict.ok),
      );
    }),
    { numRuns: 150 },
  );
});
