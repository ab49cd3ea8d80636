import { type AuditEventAnswer, type AuditEventType, auditEventTypes, endpoints } from '@argus/contract';
import { type Command, Option } from 'commander';
import { ask } from '../ask.ts';
import { collect } from '../collect.ts';
import {
  type ListOptions,
  limitOf,
  noteMore,
  peerOf,
  show,
  type TenantOptions,
  withListOptions,
  withRemoteOptions,
  withTenantOption,
} from '../options.ts';
import { shortTime, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { findUserId } from './find-user.ts';

interface AuditOptions extends TenantOptions, ListOptions {
  readonly user?: string;
  readonly session?: string;
  readonly type?: AuditEventType;
}

export function addAuditCommands(program: Command, terminal: Terminal): void {
  const list = program
    .command('audit')
    .description('what happened')
    .command('list')
    .description('list audit events, newest first');
  withListOptions(withTenantOption(withRemoteOptions(list, terminal)))
    .option('--user <email>', 'about this user only')
    .option('--session <id>', 'about this session only')
    .addOption(new Option('--type <type>', 'of this type only').choices(auditEventTypes))
    .action((options: AuditOptions) => listEvents(terminal, options));
}

async function listEvents(terminal: Terminal, options: AuditOptions): Promise<void> {
  const { tenant, session: sessionId, type } = options;
  const peer = await peerOf(options);
  const userId = await findUserId(peer, options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const query = { ...page, tenant, userId, sessionId, type };
    const answer = await ask(peer, endpoints.adminListAuditEvents, { query });
    return { items: answer.events, nextCursor: answer.nextCursor };
  });
  const lines = items.length === 0 ? ['There are no such events.'] : table(headings, items.map(rowOf));
  show(terminal, options, { value: { events: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

const headings = ['TIME', 'TYPE', 'REASON', 'ACTOR', 'IP', 'USER', 'SESSION'];

function rowOf({ time, type, reason, actor, ip, userId, sessionId }: AuditEventAnswer): string[] {
  return [shortTime(time), type, reason ?? '', actor, ip ?? '', userId ?? '', sessionId ?? ''];
}
