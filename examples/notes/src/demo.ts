import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startArgusProcess } from './argus-process.ts';
import { startNotes } from './main.ts';
import { showTheft } from './theft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const people = fileURLToPath(new URL('../people.yaml', import.meta.url));
const email = 'ada@example.org';
const password = 'correct horse battery staple'; // as in people.yaml

const { values } = parseArgs({
  options: {
    steal: { type: 'boolean', default: false },
    port: { type: 'string', default: '8200' },
    'argus-port': { type: 'string', default: '8100' },
    data: { type: 'string', default: join(root, '.argus-demo') },
  },
});
const origin = `http://localhost:${values.port}`;
const dataDir = resolve(values.data);
const argusOrigin = `http://localhost:${values['argus-port']}`;
// Argus's own cookies are the ones that are bound to a device.
const victim = { origin: argusOrigin, dataDir, email, password };
const say = (line = '') => console.log(line);

try {
  // A second terminal may show the theft on the demo that runs already.
  if (values.steal && (await isRunning())) await showTheft(victim, say);
  else await demo();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function demo(): Promise<void> {
  // Before anything starts, or a signal in between would leave it behind.
  const asked = new Promise<void>((wish) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => wish());
  });
  say('Starting Argus with its own database …');
  const port = Number(values['argus-port']);
  await using stack = new AsyncDisposableStack();
  // New with every start: nobody else has to know them.
  const [clientSecret, cookieSecret] = [secret(), secret()];
  const folder = mkdtempSync(join(tmpdir(), 'argus-demo-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const document = declaredIn(folder, clientSecret, publicKey.export({ format: 'jwk' }));
  const argus = await startArgusProcess({ port, dataDir, document });
  stack.defer(() => argus.stop());
  const { issuer } = argus;
  const serviceKey = privateKey.export({ format: 'jwk' });
  const notes = await startNotes({
    issuer,
    port: Number(values.port),
    clientSecret,
    cookieSecret,
    serviceKey,
  });
  stack.defer(() => {
    notes.closeAllConnections();
    notes.close();
  });
  for (const line of welcome(argus.issuer)) say(line);
  if (values.steal) await showTheft(victim, say);
  const code = await Promise.race([asked, argus.ended]);
  if (typeof code === 'number' && code !== 0) throw new Error(`Argus ended with exit code ${code}.`);
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** People and the application, as an operator would declare them with `argus apply`. */
function declaredIn(folder: string, clientSecret: string, publicKey: JsonWebKey): string {
  const client = {
    id: 'notes',
    name: 'Notes',
    type: 'confidential',
    secret: clientSecret,
    consent: 'implicit',
    redirectUris: [`${origin}/auth/callback`],
    postLogoutRedirectUris: [`${origin}/`],
    backchannelLogoutUri: `${origin}/auth/backchannel-logout`,
  };
  const file = join(folder, 'demo.yaml');
  const service = { id: 'notes', name: 'Notes', publicKeys: [publicKey] };
  // JSON is YAML.
  const applications = `clients: ${JSON.stringify([client])}\nservices: ${JSON.stringify([service])}\n`;
  writeFileSync(file, `${readFileSync(people, 'utf8')}\n${applications}`, { mode: 0o600 });
  return file;
}

async function isRunning(): Promise<boolean> {
  const answer = await fetch(new URL('/auth/session', origin)).catch(() => null);
  return answer?.status === 401;
}

function welcome(issuer: string): string[] {
  const cookie = '__Host-argus_refresh';
  return [
    '',
    `  Notes   ${origin} (behind the session gateway, with cookies of its own)`,
    `  Argus   ${issuer}`,
    `  Sign in as ${email} with the password: ${password}`,
    '',
    'Things to try',
    `  - Open ${origin}, sign in at Argus, write a note. Open a second tab: both stay signed in, one refresh serves both.`,
    '  - Sign out in one tab and watch the other.',
    '  - Empty the list five minutes after signing in: a small window asks for a fresh proof first.',
    `  - See your sessions at ${issuer}/account, end the one that Notes lives on, and go back to Notes:`,
    '    it has heard of it by its link to Argus, long before its token would have ended.',
    '  - Be a thief by hand: copy the value of the cookie',
    `    ${cookie} at ${issuer} from the developer tools, and`,
    `      curl -X POST ${issuer}/api/session/refresh -H 'Origin: ${issuer}' \\`,
    `        -H 'Content-Type: application/json' -d '{}' -b '${cookie}=VALUE'`,
    '    The copy has left its device: curl gets nothing, and the session is over.',
    '  - Let two scripted browsers do it, and see who rotated and who replayed: npm run demo -- --steal',
    '',
    'Stop with Ctrl-C.',
    '',
  ];
}
