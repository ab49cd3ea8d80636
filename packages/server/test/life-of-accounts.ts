import { completeRecoveries } from '@argus/server';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { byPassword, newKey, type WithApp, withApp, withPasskey } from './authenticator-stage.ts';
import { password, someone, withKey } from './stage.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Everything that people, thieves and administrators do with the ways into an account. */
export async function playAccounts(server: TestServer): Promise<void> {
  const person = await factors(server);
  await address(server, person);
  await recovery(server, person);
}

async function tokenFor(server: TestServer, email: string, kind: string): Promise<string> {
  const mail = (await mailsTo(server, email)).findLast((each) => each.kind === kind);
  if (!mail) throw new Error(`no mail of kind ${kind}`);
  return linkIn(mail).searchParams.get('token') ?? '';
}

async function factors(server: TestServer): Promise<WithApp> {
  const person = await someone(server);
  const token = await tokenFor(server, person.email, 'verify-email');
  await person.browser.call('verifyEmail', { body: { token } });
  const owner = await withApp(server, person);
  const { browser } = owner;
  const key = newKey();
  await withPasskey(owner, key, { uv: true });
  await withPasskey(owner, newKey(), { origin: 'http://elsewhere.example' });
  const { body } = await browser.call('listAuthenticators');
  const passkey = body.authenticators.find(({ kind }: { kind: string }) => kind === 'passkey');
  await browser.call('renameAuthenticator', { params: { id: passkey.id }, body: { name: 'Blue key' } });
  const second = userAgent(server);
  await byPassword(second, owner.email);
  await second.call('signInWithTotp', { body: { code: '000000' } });
  const [code] = owner.recoveryCodes;
  await second.call('signInWithRecoveryCode', { body: { code } });
  server.clock.advance(minute);
  const removal = { params: { id: passkey.id }, query: { endOtherSessions: 'true' } };
  await browser.call('removeAuthenticator', removal);
  return owner;
}

async function address(server: TestServer, { browser, email, app }: WithApp): Promise<void> {
  server.clock.advance(minute);
  await browser.call('stepUpWithTotp', { body: { code: app.code() } });
  await browser.call('changeEmail', { body: { email: 'thief@example.org' } });
  const token = await tokenFor(server, 'thief@example.org', 'verify-email');
  await browser.call('verifyEmail', { body: { token } });
  const undo = await tokenFor(server, email, 'email-changed');
  await userAgent(server).call('undoChanges', { body: { token: undo } });
}

async function recovery(server: TestServer, { email, app, userId }: WithApp): Promise<void> {
  const { pool } = server.argus.services.store;
  await pool.query("UPDATE passwords SET phc = 'old ' || phc WHERE user_id = $1", [userId]);
  const browser = userAgent(server);
  await byPassword(browser, email);
  await browser.call('beginRecovery', { body: { email } });
  const token = await tokenFor(server, email, 'reset-password');
  await browser.call('completeRecovery', { body: { token, password } });
  server.clock.advance(minute);
  await browser.call('signInWithTotp', { body: { code: app.code() } });
  const call = { headers: await withKey(server), params: { id: userId } };
  const operator = userAgent(server);
  await operator.call('adminStartRecovery', call);
  const stop = await tokenFor(server, email, 'recovery-started');
  await userAgent(server).call('stopRecovery', { body: { token: stop } });
  await operator.call('adminStartRecovery', call);
  server.clock.advance(25 * hour);
  await completeRecoveries(server.argus.services);
}
