import { version } from '@argus/server/version';
import { Command } from 'commander';
import { addApplyCommand } from './commands/apply.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addAuthenticatorCommands } from './commands/authenticators.ts';
import { addClientCommands } from './commands/clients.ts';
import { addConsentCommands } from './commands/consents.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommands } from './commands/imports.ts';
import { addInvitationCommands } from './commands/invitations.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addOpenApiCommand } from './commands/open-api.ts';
import { addPolicyCommands } from './commands/policy.ts';
import { addProviderCommands } from './commands/providers.ts';
import { addResourceCommands } from './commands/resources.ts';
import { addRoleCommands } from './commands/roles.ts';
import { addServiceCommands } from './commands/services.ts';
import { addSessionCommands } from './commands/sessions.ts';
import { addTenantCommands } from './commands/tenants.ts';
import { addUserCommands } from './commands/users.ts';
import { addServeCommand } from './serve/command.ts';
import type { Terminal } from './terminal.ts';

/** All commands. Parsing throws a `CommanderError` for what is wrongly called, and for help. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('argus')
    .description('Session security you host yourself.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.say(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    });
  addServeCommand(program, terminal);
  addApplyCommand(program, terminal);
  addTenantCommands(program, terminal);
  addExportCommand(program, terminal);
  addUserCommands(program, terminal);
  addInvitationCommands(program, terminal);
  addImportCommands(program, terminal);
  addRoleCommands(program, terminal);
  addPolicyCommands(program, terminal);
  addSessionCommands(program, terminal);
  addClientCommands(program, terminal);
  addResourceCommands(program, terminal);
  addProviderCommands(program, terminal);
  addServiceCommands(program, terminal);
  addConsentCommands(program, terminal);
  addAuthenticatorCommands(program, terminal);
  addAuditCommands(program, terminal);
  addKeyCommands(program, terminal);
  addOpenApiCommand(program, terminal);
  return program;
}
