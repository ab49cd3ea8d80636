import { openApiDocument } from '@argus/contract';
import { version } from '@argus/server/version';
import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

export function addOpenApiCommand(program: Command, terminal: Terminal): void {
  program
    .command('open-api')
    .description('print the OpenAPI description of the HTTP API')
    .option('--issuer <origin>', 'public origin that it shall name', 'http://localhost:8100')
    .option('--json', 'it is always JSON')
    .action(({ issuer }: { readonly issuer: string }) => terminal.sayJson(openApiDocument(issuer, version)));
}
