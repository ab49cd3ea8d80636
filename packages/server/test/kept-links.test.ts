import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { type Reply, userAgent } from '@argus/testing/user-agent';
import { type Operator, operatorOf } from './admin-stage.ts';
import { newAddress, tokenTo } from './invitation-stage.ts';
import { administrator, openStage, type Person, password, somebodyWaits, someone } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openStage();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

/** Somebody whom an administrator let in, who has not come yet. */
async function expected(by: Person, roles: readonly string[] = []) {
  const email = newAddress();
  const { status, body } = await by.browser.call('adminCreateUser', { body: { email, roles } });
  assert.equal(status, 201);
  return { email, id: body.user.id as string, answer: body, token: await tokenTo(server, email) };
}

const use = (token: string): Promise<Reply> =>
  userAgent(server).call('useLink', { body: { token, password } });
const setRoles = (id: string, roles: readonly string[]) =>
  operator('adminChangeUser', { params: { id }, body: { roles } });

describe('a link that lets somebody in', () => {
  test('is shown to the operator, and to no administrator', async () => {
    const { answer, token } = await expected(await administrator(server));
    assert.equal(answer.link, null);
    assert.ok(!JSON.stringify(answer).includes(token));
    const { body } = await operator('adminCreateUser', { body: { email: newAddress() } });
    assert.equal((await use(new URL(body.link).searchParams.get('token') ?? '')).status, 200);
  });

  test('opens nothing any more once the person has got other roles', async () => {
    const { id, token } = await expected(await administrator(server));
    assert.equal((await setRoles(id, ['owner'])).status, 200);
    assert.deepEqual(await codeOf(use(token)), [410, 'link_invalid']);
    await setRoles(id, []);
    assert.deepEqual(await codeOf(use(token)), [410, 'link_invalid']);
  });

  test('nor once a document gave them', async () => {
    const { email, token } = await expected(await administrator(server));
    const users = [{ email, roles: ['auditor'] }];
    assert.equal((await operator('adminApply', { body: { users } })).status, 200);
    assert.deepEqual(await codeOf(use(token)), [410, 'link_invalid']);
  });

  test('opens no administration that whoever asked them in may not give any more', async () => {
    const inviter = await administrator(server);
    const { token } = await expected(inviter, ['auditor']);
    const { pool } = server.argus.services.store;
    const set = (to: string) => pool.query(`UPDATE users SET ${to} WHERE id = $1`, [inviter.userId]);
    await set("roles = '{}'");
    assert.deepEqual(await codeOf(use(token)), [410, 'link_invalid']);
    await set("roles = '{admin}', status = 'disabled'");
    assert.deepEqual(await codeOf(use(token)), [410, 'link_invalid']);
    await set("status = 'active'");
    assert.deepEqual((await use(token)).body.user.roles, ['auditor']);
  });

  test('outlives whoever asked where it opens no administration', async () => {
    const inviter = await administrator(server);
    const { token } = await expected(inviter, ['editor']);
    await setRoles(inviter.userId, []);
    assert.deepEqual((await use(token)).body.user.roles, ['editor']);
  });
});

test('a link to a new password dies when its owner gets other roles', async () => {
  const { email, userId } = await someone(server);
  await userAgent(server).call('beginRecovery', { body: { email } });
  const mail = (await mailsTo(server, email)).findLast(({ kind }) => kind === 'reset-password');
  assert.ok(mail);
  await setRoles(userId, ['admin']);
  const token = linkIn(mail).searchParams.get('token');
  const reset = userAgent(server).call('completeRecovery', { body: { token, password: `${password}!` } });
  assert.deepEqual(await codeOf(reset), [410, 'link_invalid']);
});

test('nobody is let in by an administrator who lost the right at that moment', async () => {
  const inviter = await administrator(server);
  const email = newAddress();
  const { pool } = server.argus.services.store;
  const holding = await pool.connect();
  await holding.query('BEGIN');
  await holding.query("UPDATE users SET roles = '{}' WHERE id = $1", [inviter.userId]);
  const asked = inviter.browser.call('adminCreateUser', { body: { email, roles: ['auditor'] } });
  await Promise.race([asked, somebodyWaits(server)]);
  await holding.query('COMMIT');
  holding.release();
  assert.deepEqual(await codeOf(asked), [409, 'conflict']);
  assert.equal((await pool.query('SELECT FROM users WHERE email = $1', [email])).rowCount, 0);
});

async function codeOf(reply: Promise<Reply>): Promise<[number, string]> {
  const { status, body } = await reply;
  return [status, body.code];
}
