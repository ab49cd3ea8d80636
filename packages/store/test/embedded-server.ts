// A server that owns a data directory: `node embedded-server.ts DIRECTORY [throw-away]`. It tells what became of its
// start as one line of JSON, stops PostgreSQL when its input ends, and ends without stopping it on the line `leave`.
import { createInterface } from 'node:readline';
import { startPostgres } from '../src/embedded/postgres-process.ts';

const [dataDir = '', kind] = process.argv.slice(2);

try {
  const postgres = await startPostgres({ dataDir, durable: kind !== 'throw-away' });
  console.log(JSON.stringify({ url: postgres.url, pid: postgres.pid }));
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    if (line === 'leave') process.exit(0);
  });
  lines.on('close', () => void postgres.stop());
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  console.log(JSON.stringify({ error: name, message }));
}
