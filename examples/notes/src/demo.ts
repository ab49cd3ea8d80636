import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startArgusProcess } from './argus-process.ts';
import { startNotes } from './main.ts';
import { showTheft } from './theft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const document = fileURLToPath(new URL('../people.yaml', import.meta.url));
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
const victim = { origin, dataDir, email, password };
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
  const argus = await startArgusProcess({ port, dataDir, origins: [origin], document });
  stack.defer(() => argus.stop());
  const notes = await startNotes({ issuer: argus.issuer, argusUrl: argus.url, port: Number(values.port) });
  stack.defer(() => {
    notes.closeAllConnections();
    notes.close();
  });
  for (const line of welcome(argus.issuer)) say(line);
  if (values.steal) await showTheft(victim, say);
  const code = await Promise.race([asked, argus.ended]);
  if (typeof code === 'number' && code !== 0) throw new Error(`Argus ended with exit code ${code}.`);
}

async function isRunning(): Promise<boolean> {
  const answer = await fetch(new URL('/api/session', origin)).catch(() => null);
  return answer?.status === 401;
}

function welcome(issuer: string): string[] {
  const cookie = '__Host-argus_refresh';
  return [
    '',
    `  Notes   ${origin}`,
    `  Argus   ${issuer} (Notes forwards its pages, so your browser sees one origin)`,
    `  Sign in as ${email} with the password: ${password}`,
    '',
    'Things to try',
    `  - Open ${origin}, sign in, write a note. Open a second tab: both stay signed in, one refresh serves both.`,
    '  - Sign out in one tab and watch the other.',
    `  - See your sessions at ${origin}/account. Sign in with another browser, then end that session here.`,
    '  - Be a thief by hand: copy the value of the cookie',
    `    ${cookie} from the developer tools, and`,
    `      curl -X POST ${origin}/api/session/refresh -H 'Origin: ${origin}' \\`,
    `        -H 'Content-Type: application/json' -d '{}' -b '${cookie}=VALUE'`,
    '    The copy has left its device: curl gets nothing, and the session is over.',
    '  - Let two scripted browsers do it, and see who rotated and who replayed: npm run demo -- --steal',
    '',
    'Stop with Ctrl-C.',
    '',
  ];
}
