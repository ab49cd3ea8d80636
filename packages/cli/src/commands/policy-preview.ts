import { endpoints, type PolicyPreview, policyDocumentSchema } from '@argus/contract';
import { ask } from '../ask.ts';
import { mistakenFailure, readDocument, refusedFailure } from '../document.ts';
import { peerOf, show, type TenantOptions } from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** What a policy of a file would do if it were in force now. */
export async function previewPolicy(terminal: Terminal, file: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const read = await readDocument(file, policyDocumentSchema);
  if ('mistakes' in read) throw mistakenFailure(file, read);
  const preview = await ask(await peerOf(options), endpoints.adminPreviewPolicy, {
    query: { tenant },
    body: read.content,
  }).catch((error: unknown) => {
    throw refusedFailure(read, error) ?? error;
  });
  show(terminal, options, { value: preview, lines: linesOf(preview) });
}

function linesOf(preview: PolicyPreview): string[] {
  const { endsNow, tightened, stepUpNow, usersLackingFactor, challengedLast30Days, rolesChanged } = preview;
  const { sample, warnings } = preview;
  return [
    `${endsNow} active sessions would end now, ${tightened} would end sooner than they do.`,
    `${stepUpNow} would have to prove more at their next refresh.`,
    `${usersLackingFactor} users have not set up what they would be asked for.`,
    `${challengedLast30Days} sign-ins of the last 30 days would have been asked for more.`,
    `Roles under other rules: ${rolesChanged.join(', ') || 'none'}.`,
    ...(sample.length === 0 ? [] : sampleLines(sample)),
    ...warnings.map(({ path, message }) => `warning: ${path} ${message}`),
  ];
}

function sampleLines(sample: PolicyPreview['sample']): string[] {
  const rows = sample.map(({ sessionId, userId, effect, rule }) => [sessionId, userId, effect, rule]);
  return ['', ...table(['SESSION', 'USER', 'EFFECT', 'RULE'], rows)];
}
