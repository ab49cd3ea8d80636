import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PersonInput } from '@argus/contract';
import { runImports } from '@argus/server';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { softwareAuthenticator } from '@argus/testing/software-authenticator';
import { totpApp } from '@argus/testing/totp-app';
import { userAgent } from '@argus/testing/user-agent';
import { type Operator, operatorOf, told } from './admin-stage.ts';
import { byPasskey, withPasskey } from './authenticator-stage.ts';
import { keycloakRealm } from './import-samples.ts';
import { importFile, lines, sendFile, showImport } from './import-stage.ts';
import { administrator, ownOrigin, type Person, password, someone } from './stage.ts';

let server: TestServer;
let operator: Operator;
let ada: Person;
const totpSecret = { text: '' };
const authenticator = () =>
  softwareAuthenticator({ random: server.argus.services.random, origin: ownOrigin });
let key: ReturnType<typeof authenticator>;
before(async () => {
  server = await startTestServer();
  operator = await operatorOf(server);
  ada = await someone(server);
  key = authenticator();
  assert.equal((await withPasskey(ada, key)).status, 201);
  const { body } = await ada.browser.call('beginTotp');
  totpSecret.text = new URL(body.uri).searchParams.get('secret') ?? '';
  const code = totpApp(body.uri, server).code();
  await ada.browser.call('confirmTotp', { body: { enrolment: body.enrolment, code } });
  await importFile(server, operator, { format: 'keycloak', file: JSON.stringify(keycloakRealm(password)) });
});
after(() => server[Symbol.asyncDispose]());

type Export = 'adminExportUsers' | 'adminExportUsersWithSecrets';

async function exported(name: Export, tenant = 'default', limit = 100): Promise<PersonInput[]> {
  const people: PersonInput[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = { limit: String(limit), ...(cursor === null ? {} : { cursor }) };
    const { status, body } = await operator(name, { query }, tenant);
    assert.equal(status, 200, JSON.stringify(body));
    people.push(...body.people);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return people;
}

describe('an export of people', () => {
  test('holds everybody once, however small its pages are', async () => {
    const all = await exported('adminExportUsers');
    assert.ok(all.length >= 6);
    assert.deepEqual(await exported('adminExportUsers', 'default', 1), all);
  });

  test('holds nothing that lets anybody sign in, unless the operator key asks for it', async () => {
    const plain = await exported('adminExportUsers');
    assert.ok(plain.every((person) => !('passwordHash' in person) && !('totpSecret' in person)));
    const whole = await exported('adminExportUsersWithSecrets');
    const own = whole.find(({ email }) => email === ada.email);
    assert.match(own?.passwordHash ?? '', /^\$argon2id\$/);
    assert.equal(own?.totpSecret, totpSecret.text);
    const codes = whole.find(({ email }) => email === 'codes@kc.example');
    assert.equal(codes?.totpSecret, 'KVKFKRCPNRZGC4BROV4E46KVIZLDS4TD');
    for (const [at, { passwordHash: _, totpSecret: __, ...rest }] of whole.entries())
      assert.deepEqual(rest, plain[at]);
  });

  test('with secrets is for no administrator, and without them for those who may export', async () => {
    const { browser } = await administrator(server);
    assert.equal((await browser.call('adminExportUsersWithSecrets')).status, 401);
    assert.equal((await browser.call('adminExportUsers')).status, 200);
    assert.equal((await ada.browser.call('adminExportUsers')).status, 403);
  });

  test('is told of in the audit log, with how many people', async () => {
    await exported('adminExportUsersWithSecrets', 'default', 2);
    const [line] = await told(operator, 'users.exported');
    assert.deepEqual([line.actor, line.details.withSecrets], ['operator', true]);
    assert.ok(line.details.people > 0);
  });

  test('of a tenant that is not there is nothing', async () => {
    for (const name of ['adminExportUsers', 'adminExportUsersWithSecrets'] as const)
      assert.equal((await operator(name, {}, 'nowhere')).status, 404);
  });

  test('imports into another tenant as what it was, where everybody signs in as before', async () => {
    const people = await exported('adminExportUsersWithSecrets');
    const file = { format: 'json', file: lines(people), withAdministrators: true } as const;
    const { id } = await sendFile(operator, file, { tenant: 'other' });
    await runImports(server.argus.services);
    const done = await showImport(operator, id, 'other');
    assert.deepEqual([done.created, done.refused], [people.length, 0]);
    const byEmail = (list: readonly PersonInput[]) => list.toSorted((a, b) => a.email.localeCompare(b.email));
    assert.deepEqual(byEmail(await exported('adminExportUsersWithSecrets', 'other')), byEmail(people));
    // From now on only the second tenant has them.
    const { pool } = server.argus.services.store;
    await pool.query("DELETE FROM passkeys WHERE tenant_id = 'default'");
    await pool.query("UPDATE passkeys SET tenant_id = 'default', user_id = $1 WHERE tenant_id = 'other'", [
      ada.userId,
    ]);
    const browser = userAgent(server);
    const answer = await byPasskey(browser, key);
    assert.equal(answer.body.user?.email, ada.email, JSON.stringify(answer.body));
  });
});

test('codes of an exported secret are those of the app', () => {
  assert.match(totpApp(totpSecret.text, { clock: server.clock }).code(), /^\d{6}$/);
});
