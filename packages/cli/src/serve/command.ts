import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import type { ServeFlags } from './settings.ts';

export function addServeCommand(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('run the server; the environment configures what no flag says')
    .option('--port <number>', 'port to listen on (ARGUS_PORT; 8100)')
    .option('--data <dir>', 'data directory (ARGUS_DATA; .argus)')
    .option('--apply <file>', 'apply a YAML or JSON file after the start')
    .option('--workers <number>', 'processes that answer requests (1)')
    .option('--tls-cert <file>', 'serve https with this certificate chain, PEM (ARGUS_TLS_CERT)')
    .option('--tls-key <file>', 'its private key, PEM (ARGUS_TLS_KEY)')
    .option('--json', 'say in JSON where the server listens')
    .action(async (flags: ServeFlags) => {
      // The server and its parts are loaded for this command alone; the others answer faster without them.
      const { serve } = await import('./serve.ts');
      await serve(terminal, flags);
    });
}
