import { endpoints, type RoleTable } from '@argus/contract';
import type { Command } from 'commander';
import { ask } from '../ask.ts';
import { peerOf, show, type TenantOptions, withRemoteOptions, withTenantOption } from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export function addRoleCommands(program: Command, terminal: Terminal): void {
  const roles = program.command('roles').description('what administrators may do');
  const list = roles.command('list').description('print the administrative roles and what each carries');
  withTenantOption(withRemoteOptions(list, terminal)).action((options: TenantOptions) =>
    listRoles(terminal, options),
  );
}

async function listRoles(terminal: Terminal, options: TenantOptions): Promise<void> {
  const query = { tenant: options.tenant };
  const answer = await ask(await peerOf(options), endpoints.adminListRoles, { query });
  show(terminal, options, { value: answer, lines: linesOf(answer) });
}

function linesOf({ roles, permissions }: RoleTable): string[] {
  const head = ['PERMISSION', ...roles.map(({ name }) => name.toUpperCase())];
  const rows = permissions.map(({ name }) => [
    name,
    ...roles.map((role) => (role.permissions.includes(name) ? 'yes' : '-')),
  ]);
  return table(head, rows);
}
