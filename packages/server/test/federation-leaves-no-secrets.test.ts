import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begin,
  comeBack,
  declare,
  newBrowser,
  openFederationStage,
  upstreamSecret,
} from './federation-stage.ts';
import { hangsUp, honest, openHostileProvider } from './hostile-provider.ts';

test('nothing that opens anything stays in the database after a journey, whether it succeeds or not', async () => {
  await using server = await openFederationStage();
  await using idp = await openHostileProvider();
  await declare(server, { id: 'corp', issuer: idp.issuer });
  const secrets = [upstreamSecret];
  const walk = async (misdeed: object) => {
    const browser = newBrowser(server);
    let shown = '';
    idp.misdeed = {
      claims: honest(server.clock.now()),
      idToken(token: string) {
        shown = token;
        return token;
      },
      ...misdeed,
    };
    const location = await begin(browser, 'corp');
    const back = await idp.visit(location);
    const answer = await comeBack(browser, back);
    const [asked, told] = [new URL(location).searchParams, new URL(back).searchParams];
    for (const value of [asked.get('state'), asked.get('nonce'), told.get('code'), shown])
      if (value) secrets.push(value);
    for (const value of browser.cookies.values()) secrets.push(value);
    return answer.status;
  };
  assert.equal(await walk({}), 303);
  assert.equal(await walk({ claims: { ...honest(server.clock.now()), aud: 'another' } }), 403);
  assert.equal(await walk({ instead: { '/token': hangsUp } }), 503);
  const { pool } = server.argus.services.store;
  const { rows: tables } = await pool.query(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  assert.ok(secrets.length >= 12);
  for (const { name } of tables) {
    const { rows } = await pool.query(`SELECT t::text AS line FROM ${name} t`);
    for (const { line } of rows)
      for (const secret of secrets)
        assert.ok(!line.includes(secret), `${name} holds ${secret.slice(0, 12)}…`);
  }
});
