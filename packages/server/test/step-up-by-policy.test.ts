import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SensitiveOperation } from '@argus/contract';
import { balanced, type Policy } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { administrator, openStage, type Person, password, refresh, signIn } from './stage.ts';

const operations: Readonly<
  Record<SensitiveOperation, (person: Person) => Promise<{ readonly body: unknown }>>
> = {
  'change-authenticators': ({ browser }) => browser.call('beginTotp'),
  'change-email': ({ browser, email }) => browser.call('changeEmail', { body: { email: `new-${email}` } }),
  'export-data': ({ browser }) => browser.call('exportAccount'),
  admin: ({ browser }) => browser.call('adminListUsers', { query: { tenant: 'default' } }),
};
const all = Object.keys(operations) as SensitiveOperation[]; // the keys of that record

function naming(named: readonly SensitiveOperation[]): Policy {
  const { authentication } = balanced;
  return {
    ...balanced,
    authentication: { ...authentication, stepUp: { ...authentication.stepUp, for: named } },
  };
}

/** What is refused to somebody whose last proof is sixteen minutes old. */
async function refusedTo(server: TestServer): Promise<SensitiveOperation[]> {
  const person = await administrator(server);
  await signIn(person.browser, person.email);
  server.clock.advance(16 * 60_000);
  await refresh(person.browser, 0);
  const refused: SensitiveOperation[] = [];
  for (const operation of all) {
    const { body } = await operations[operation](person);
    if ((body as { code?: string }).code === 'insufficient_user_authentication') refused.push(operation);
  }
  return refused;
}

for (const named of [all, ...all.map((one) => [one]), []]) {
  test(`a stale proof opens all but what policy names: ${named.join(', ') || 'nothing'}`, async () => {
    await using server = await openStage({ parts: { policy: naming(named) } });
    assert.deepEqual(await refusedTo(server), named);
  });
}

test('what policy names opens with a fresh proof', async () => {
  await using server = await openStage({ parts: { policy: naming(all) } });
  const person = await administrator(server);
  server.clock.advance(16 * 60_000);
  await refresh(person.browser, 0);
  assert.equal((await person.browser.call('stepUpWithPassword', { body: { password } })).status, 200);
  for (const operation of all) {
    const { body } = await operations[operation](person);
    assert.equal((body as { code?: string }).code, undefined, operation);
  }
});
