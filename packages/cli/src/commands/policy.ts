import {
  type AdminPolicy,
  deviceClasses,
  endpoints,
  policyDocumentSchema,
  riskLevels,
} from '@argus/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ask, Refused } from '../ask.ts';
import { collect } from '../collect.ts';
import { mistakenFailure, readDocument, refusedFailure } from '../document.ts';
import { Failure } from '../failure.ts';
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
import {
  differenceLines,
  historyLines,
  policyLines,
  presetLines,
  presetsLines,
  savedLines,
} from '../policy-lines.ts';
import type { Terminal } from '../terminal.ts';
import { type EffectiveOptions, showEffective } from './policy-effective.ts';
import { previewPolicy } from './policy-preview.ts';

export function addPolicyCommands(program: Command, terminal: Terminal): void {
  const policy = program.command('policy').description('how sessions live, for whom, and why');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(policy.command(usage).description(description), terminal));

  verb('show', 'print the policy in force').action((options: TenantOptions) => showPolicy(terminal, options));
  verb('set <file>', 'put what a YAML or JSON file says in force, all of it')
    .option('--note <text>', 'why, for those who read the history')
    .action((file: string, options: NoteOptions) => setPolicy(terminal, file, options));
  verb(
    'preview <file>',
    'print what a YAML or JSON file would do to live sessions, users and sign-ins',
  ).action((file: string, options: TenantOptions) => previewPolicy(terminal, file, options));
  withListOptions(verb('history', 'list every version: who, when, and what became different')).action(
    (options: TenantOptions & ListOptions) => showHistory(terminal, options),
  );
  addVersionVerbs(verb, terminal);
  verb('presets [name]', 'list the presets, or print one with the source of each number').action(
    (name: string | undefined, options: TenantOptions) => showPresets(terminal, name, options),
  );
  verb('effective', 'print what holds for somebody or for a session, and which rule says so')
    .option('--user <email>', 'for this user')
    .option('--session <id>', 'for this session, its person and its device')
    .option('--client <id>', 'where this client is used')
    .addOption(new Option('--device-class <class>', 'on such a device').choices(deviceClasses))
    .addOption(new Option('--risk-level <level>', 'at this risk').choices(riskLevels))
    .action((options: EffectiveOptions) => showEffective(terminal, options));
}

function addVersionVerbs(verb: (usage: string, description: string) => Command, terminal: Terminal): void {
  const number = 'number of a version';
  verb('version', 'print one version, and what was different from the one before')
    .argument('<version>', number, versionNumber)
    .action((version: string, options: TenantOptions) => showVersion(terminal, version, options));
  verb('diff', 'print what is different in the second version')
    .argument('<from>', number, versionNumber)
    .argument('<to>', number, versionNumber)
    .action((from: string, to: string, options: TenantOptions) =>
      showDifference(terminal, { from, to }, options),
    );
  verb('restore', 'put an earlier version in force again, as a new one')
    .argument('<version>', number, versionNumber)
    .option('--note <text>', 'why, for those who read the history')
    .action((version: string, options: NoteOptions) => restorePolicy(terminal, version, options));
}

interface NoteOptions extends TenantOptions {
  readonly note?: string;
}

function versionNumber(text: string): string {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new InvalidArgumentError('Give the number of a version, from 1.');
}

async function showPolicy(terminal: Terminal, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const inForce = await ask(await peerOf(options), endpoints.adminShowPolicy, { query: { tenant } }).catch(
    named(options),
  );
  show(terminal, options, { value: inForce, lines: policyLines(inForce) });
}

/** The file follows the version that is in force now: whoever is faster is not overwritten. */
async function setPolicy(terminal: Terminal, file: string, options: NoteOptions): Promise<void> {
  const { tenant, note } = options;
  const read = await readDocument(file, policyDocumentSchema);
  if ('mistakes' in read) throw mistakenFailure(file, read);
  const peer = await peerOf(options);
  const before = await ask(peer, endpoints.adminShowPolicy, { query: { tenant } }).catch(named(options));
  const saved = await ask(peer, endpoints.adminSetPolicy, {
    query: { tenant, note },
    headers: ifMatch(before),
    body: read.content,
  }).catch((error: unknown) => {
    throw refusedFailure(read, error) ?? named(options)(error);
  });
  showSaved(terminal, options, { before, saved });
}

async function restorePolicy(terminal: Terminal, version: string, options: NoteOptions): Promise<void> {
  const { tenant, note } = options;
  const peer = await peerOf(options);
  const before = await ask(peer, endpoints.adminShowPolicy, { query: { tenant } }).catch(named(options));
  const saved = await ask(peer, endpoints.adminRestorePolicy, {
    params: { version },
    query: { tenant },
    headers: ifMatch(before),
    body: { note },
  }).catch(named(options, version));
  showSaved(terminal, options, { before, saved });
}

function ifMatch({ version }: AdminPolicy): Readonly<Record<string, string>> {
  return { 'if-match': `"${version}"` };
}

function showSaved(
  terminal: Terminal,
  options: TenantOptions,
  { before, saved }: { readonly before: AdminPolicy; readonly saved: AdminPolicy },
): void {
  const lines =
    saved.version === before.version
      ? [`The policy of the tenant ${options.tenant} says this already: version ${saved.version}.`]
      : [`Version ${saved.version} is in force in the tenant ${options.tenant}.`, ...savedLines(saved)];
  show(terminal, options, { value: saved, lines });
}

async function showHistory(terminal: Terminal, options: TenantOptions & ListOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const answer = await ask(peer, endpoints.adminListPolicyVersions, { query: { ...page, tenant } });
    return { items: answer.versions, nextCursor: answer.nextCursor };
  });
  const lines = items.length === 0 ? [`There is no tenant ${tenant}.`] : historyLines(items);
  show(terminal, options, { value: { versions: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

async function showVersion(terminal: Terminal, version: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const sending = { params: { version }, query: { tenant } };
  const shown = await ask(await peerOf(options), endpoints.adminShowPolicyVersion, sending).catch(
    named(options, version),
  );
  show(terminal, options, { value: shown, lines: policyLines(shown) });
}

async function showDifference(
  terminal: Terminal,
  { from, to }: { readonly from: string; readonly to: string },
  options: TenantOptions,
): Promise<void> {
  const sending = { params: { version: to }, query: { tenant: options.tenant, against: from } };
  const { difference } = await ask(await peerOf(options), endpoints.adminShowPolicyVersion, sending).catch(
    named(options, `${from} or ${to}`),
  );
  const lines = difference.length === 0 ? ['Nothing is different.'] : differenceLines(difference);
  show(terminal, options, { value: { from: Number(from), to: Number(to), difference }, lines });
}

async function showPresets(
  terminal: Terminal,
  name: string | undefined,
  options: TenantOptions,
): Promise<void> {
  const query = { tenant: options.tenant };
  const { presets } = await ask(await peerOf(options), endpoints.adminListPolicyPresets, { query });
  if (name === undefined)
    return show(terminal, options, { value: { presets }, lines: presetsLines(presets) });
  const preset = presets.find((each) => each.name === name);
  if (!preset) throw new Failure(`There is no preset ${name}.`);
  show(terminal, options, { value: preset, lines: presetLines(preset) });
}

/** Says in words of policies why not. */
function named({ tenant }: TenantOptions, version?: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Refused)) throw error;
    const { code } = error.problem;
    if (code === 'not_found')
      throw new Failure(
        version === undefined
          ? `There is no tenant ${tenant}.`
          : `The policy of the tenant ${tenant} has no version ${version}.`,
      );
    if (code === 'precondition_failed')
      throw new Failure(`Somebody changed the policy of the tenant ${tenant} just now; nothing was written.`);
    throw error;
  };
}
