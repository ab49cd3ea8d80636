import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generousLimits } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { eventsOf, type Holder, newHolder } from './oauth-holders.ts';
import {
  askToken,
  authorizationUrl,
  callback,
  hiddenFields,
  openProvider,
  pkce,
  post,
  registerClient,
  travel,
} from './oauth-stage.ts';

const { burst } = generousLimits.authorization;
let server: TestServer;

before(async () => {
  server = await openProvider({ parts: { limits: generousLimits } });
  await registerClient(server, 'own', { consent: 'implicit' });
  await registerClient(server, 'asking');
  await registerClient(server, 'spa', { type: 'public', consent: 'implicit' });
});
after(() => server[Symbol.asyncDispose]());

async function count(table: 'authorization_codes' | 'audit_events', { userId }: Holder): Promise<number> {
  const { pool } = server.argus.services.store;
  const { rows } = await pool.query(`SELECT count(*)::int AS n FROM ${table} WHERE user_id = $1`, [userId]);
  return rows[0].n;
}

/** Ask as often as a page in a loop would, and hear how often it was answered with what. */
async function ask({ browser }: Holder, url: URL, times: number): Promise<Record<string, number>> {
  const heard: Record<string, number> = {};
  for (let time = 0; time < times; time += 1) {
    const answer = await browser.fetch(`${url.pathname}${url.search}`);
    const said = new URL(answer.headers.get('location') ?? '').searchParams;
    const word = said.get('error') ?? 'code';
    heard[word] = (heard[word] ?? 0) + 1;
  }
  return heard;
}

describe('a person whose browser asks without end', () => {
  test('for codes gets so many, and can go on after a while', async () => {
    const person = await newHolder(server);
    const before = await count('audit_events', person);
    const url = authorizationUrl(server, 'own', { code_challenge: pkce().challenge });
    assert.deepEqual(await ask(person, url, burst + 50), { code: burst, temporarily_unavailable: 50 });
    assert.equal(await count('authorization_codes', person), burst);
    assert.equal((await count('audit_events', person)) - before, burst + 1);
    const other = await newHolder(server);
    assert.deepEqual(await ask(other, url, 1), { code: 1 }, 'nobody else is held back');
    server.clock.advance(3000);
    assert.deepEqual(await ask(person, url, 5), { code: 3, temporarily_unavailable: 2 });
  });

  test('for what is refused fills no log', async () => {
    const person = await newHolder(server);
    const before = await count('audit_events', person);
    const url = authorizationUrl(server, 'asking', { prompt: 'none', code_challenge: pkce().challenge });
    assert.deepEqual(await ask(person, url, burst + 50), { consent_required: burst + 50 });
    assert.equal((await count('audit_events', person)) - before, burst + 1);
  });

  test('and says yes and no without end is not listened to any more', async () => {
    const person = await newHolder(server);
    const url = authorizationUrl(server, 'asking', { code_challenge: pkce().challenge });
    const page = await (await person.browser.fetch(`${url.pathname}${url.search}`)).text();
    const before = await count('audit_events', person);
    const statuses = new Set<number>();
    for (let time = 0; time < burst; time += 1) {
      const decision = time % 2 === 0 ? 'allow' : 'deny';
      const answer = await post(person.browser, '/oauth/consent', { ...hiddenFields(page), decision });
      statuses.add(answer.status);
      await answer.body?.cancel();
    }
    assert.ok(statuses.has(429));
    assert.ok((await count('audit_events', person)) - before <= burst + 1);
  });
});

describe('a code that comes again without end', () => {
  test('fills no log, and what it began ends with a line of its own whatever came before', async () => {
    const person = await newHolder(server);
    const { verifier, challenge } = pkce();
    const { url } = await travel(
      person.browser,
      authorizationUrl(server, 'spa', { code_challenge: challenge }),
    );
    const before = await count('audit_events', person);
    const fields = {
      grant_type: 'authorization_code',
      client_id: 'spa',
      code: url?.searchParams.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: verifier,
    };
    const wrong = { ...fields, code_verifier: pkce().verifier };
    for (let time = 0; time < 50; time += 1) assert.equal((await askToken(server, wrong)).status, 400);
    const { status, body } = await askToken(server, fields);
    assert.equal(status, 200);
    for (let time = 0; time < 50; time += 1) assert.equal((await askToken(server, fields)).status, 400);
    const again = { grant_type: 'refresh_token', client_id: 'spa', refresh_token: body.refresh_token };
    assert.equal((await askToken(server, again)).body.error, 'invalid_grant');
    const lines = generousLimits.refusedRefresh.burst;
    const replays = (await eventsOf(server, 'code.replayed')).filter(
      ({ userId }) => userId === person.userId,
    );
    assert.equal(replays.length, lines);
    assert.equal((await count('audit_events', person)) - before, 2 * lines + 2);
  });
});
