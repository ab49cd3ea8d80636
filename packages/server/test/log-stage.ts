// A server that writes its log as it does in earnest, plays a whole life and then faults: `node log-stage.ts`. The
// secrets that must not be in the log go to the standard output.
import { generousLimits } from '@argus/server';
import { startTestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { play } from './life.ts';
import { password } from './stage.ts';

await using server = await startTestServer({
  parts: { limits: generousLimits },
  config: { logLevel: 'debug' },
});
const { secrets } = await play(server);
const { pool } = server.argus.services.store;
const browser = userAgent(server);
await browser.call('signUp', { body: { email: 'fault@example.org', password } });

/** A constraint that every new row breaks: PostgreSQL then quotes the whole row in its error. */
async function withBroken(table: string, work: () => Promise<{ status: number }>): Promise<void> {
  await pool.query(`ALTER TABLE ${table} ADD CONSTRAINT broken CHECK (tenant_id = '') NOT VALID`);
  const { status } = await work();
  if (status !== 500) throw new Error(`${table} did not break: ${status}`);
  await pool.query(`ALTER TABLE ${table} DROP CONSTRAINT broken`);
}

const identifier = 'fault@example.org';
await withBroken('passwords', () =>
  browser.call('signUp', { body: { email: 'another@example.org', password } }).catch(() => ({ status: 500 })),
);
for (const table of ['devices', 'grants', 'sessions'])
  await withBroken(table, () => userAgent(server).call('signIn', { body: { identifier, password } }));
await browser.call('signIn', { body: { identifier, password } });
await withBroken('audit_events', () => browser.call('refreshSession', { body: {} }));

const { rows } = await pool.query('SELECT phc FROM passwords');
console.log(JSON.stringify([...secrets, ...browser.cookies.values(), ...rows.map(({ phc }) => phc)]));
