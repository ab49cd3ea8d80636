import type {
  AdminPolicy,
  EffectivePolicyAnswer,
  ListedPolicyVersion,
  PolicyDifferenceAnswer,
  PolicyPresetAnswer,
} from '@argus/contract';
import { stringify } from 'yaml';
import { fieldLines } from './fields.ts';
import { shortTime, table } from './table.ts';

type Value = PolicyDifferenceAnswer['before'];

/** A version with its document in the form that `argus policy set` reads. */
export function policyLines(policy: AdminPolicy): string[] {
  const { version, author, note, restoredFrom, createdAt, document } = policy;
  return [
    ...fieldLines({
      version,
      author: author ?? 'nobody decided',
      ...(note === null ? {} : { note }),
      ...(restoredFrom === null ? {} : { 'restored from': restoredFrom }),
      since: shortTime(createdAt),
    }).map((line) => `# ${line}`),
    ...savedLines(policy).map((line) => `# ${line}`),
    ...yamlLines(document),
  ];
}

/** What became different, and what its author should know. */
export function savedLines({ difference, warnings }: AdminPolicy): string[] {
  return [...differenceLines(difference), ...warningLines(warnings)];
}

export function warningLines(warnings: AdminPolicy['warnings']): string[] {
  return warnings.map(({ path, message }) => `warning: ${path} ${message}`);
}

export function differenceLines(difference: readonly PolicyDifferenceAnswer[]): string[] {
  return difference.map((each) => `~ ${differenceWords(each)}`);
}

function differenceWords({ path, before, after }: PolicyDifferenceAnswer): string {
  return `${path}: ${valueWords(before)} → ${valueWords(after)}`;
}

function valueWords(value: Value): string {
  if (value === null) return 'none';
  return Array.isArray(value) ? value.join(', ') || 'none' : String(value);
}

export function historyLines(versions: readonly ListedPolicyVersion[]): string[] {
  const rows = versions.map((each) => [
    String(each.version),
    shortTime(each.createdAt),
    each.author ?? '',
    each.preset,
    changeWords(each),
    each.note ?? (each.restoredFrom === null ? '' : `restored ${each.restoredFrom}`),
  ]);
  return table(['VERSION', 'SINCE', 'AUTHOR', 'PRESET', 'DIFFERENT', 'NOTE'], rows);
}

function changeWords({ difference: [first], differences }: ListedPolicyVersion): string {
  if (!first) return '';
  return differences === 1 ? differenceWords(first) : `${differenceWords(first)} (+${differences - 1})`;
}

export function presetsLines(presets: readonly PolicyPresetAnswer[]): string[] {
  const rows = presets.map(({ name, title, isFloor, settings: { session, authentication } }) => [
    name,
    title,
    isFloor ? 'yes' : '',
    valueWords(session?.idleMinutes ?? null),
    String(session?.absoluteHours),
    valueWords(session?.concurrent?.max ?? null),
    String(authentication?.factors?.required),
    `${authentication?.lockout?.failures} × ${authentication?.lockout?.minutes} min`,
  ]);
  return table(['NAME', 'TITLE', 'FLOOR', 'IDLE MIN', 'HOURS', 'SESSIONS', 'FACTORS', 'LOCK'], rows);
}

/** One preset as a policy could say it, with the source of each number that has one. */
export function presetLines({ title, note, settings, overrides, sources }: PolicyPresetAnswer): string[] {
  return [
    `# ${title}: ${note}`,
    ...Object.entries(sources).map(([path, source]) => `# ${path}: ${source}`),
    ...yamlLines({ ...settings, ...(overrides.length === 0 ? {} : { overrides }) }),
  ];
}

export function effectiveLines({ version, subject, session, values }: EffectivePolicyAnswer): string[] {
  const known = Object.entries(subject).filter(([, value]) => value !== null && value.length > 0);
  return [
    ...fieldLines({
      version,
      ...Object.fromEntries(known),
      ...(session ? { session: session.id, ends: session.limitedBy } : {}),
    }),
    '',
    ...table(
      ['KEY', 'VALUE', 'SET BY'],
      values.map(({ path, value, setBy }) => [path, valueWords(value), setBy]),
    ),
  ];
}

function yamlLines(value: unknown): string[] {
  return stringify(value).trimEnd().split('\n');
}
