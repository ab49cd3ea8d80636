import type { PolicyCondition } from '@argus/contract';
import type { SessionRules, SessionRuleValues } from '@argus/core';

/** Of whom the conditions of a document are asked. */
export type RuledRow =
  /** A session as a whole: what is for a client concerns only what that client holds. */
  | 'session'
  /** What one client holds under a session; the grant is `g`. */
  | 'grant'
  /** A user `u` who signs in: from what device is not known, and nothing speaks against them. */
  | 'user';

/** A document as PostgreSQL judges by it: a session `s` and the row `m` that `join` finds for its user, or a user `u`. */
export interface RulesInSql {
  /** The expression of a value as it holds for the row; an amount of time is an interval. */
  of(name: keyof SessionRuleValues): string;
  /** To be asked last: it finds what the expressions need. */
  join(): string;
}

/** Takes a value and gives its place in the statement. */
export type Place = (value: unknown, type: string) => string;

/**
 * The meaning of `policyResolver` for the values of `SessionRules`, row by row: of the base and of every override whose
 * condition holds the tightest (`core/policy/orders.ts`). A test holds both against each other. Nothing is placed in the
 * statement that is not asked for: PostgreSQL could not tell of what type it is.
 */
export function rulesInSql(rules: SessionRules, row: RuledRow, place: Place): RulesInSql {
  const marks: string[] = [];
  const told = (condition: string) => (row === 'user' ? condition : `m.c${marks.push(condition) - 1}`);
  const conditions = remembering((index: number) => {
    const when = rules.overrides[index]?.when ?? {};
    return conditionInSql(when, row, { place, told });
  });
  const partsOf = (name: keyof SessionRuleValues): Part[] => [
    { condition: null, value: rules.base[name] },
    ...rules.overrides.flatMap(({ when, set }, index) => {
      const value = set[name];
      const isIdle = value === undefined || value === loosest[tighter[name]] || isOutOfReach(when, row);
      return isIdle ? [] : [{ condition: conditions(index), value }];
    }),
  ];
  return {
    of: remembering((name: keyof SessionRuleValues) => tightestOf(partsOf(name), name, place)),
    join: () => joinOf(marks),
  };
}

interface Part {
  /** Null: it holds for all. */
  readonly condition: string | null;
  readonly value: number | boolean | null;
}

/** In which direction each is tighter. */
const tighter: Readonly<Record<keyof SessionRuleValues, 'LEAST' | 'GREATEST' | 'AND' | 'OR'>> = {
  idleSeconds: 'LEAST',
  absoluteSeconds: 'LEAST',
  isRememberMeAllowed: 'AND',
  rememberMeIdleSeconds: 'LEAST',
  rememberMeAbsoluteSeconds: 'LEAST',
  requiredFactors: 'GREATEST',
  isPhishingResistant: 'OR',
  isAttested: 'OR',
};

/** A flag that an override sets to its loose value changes nothing. */
const loosest: { readonly [word: string]: boolean } = { AND: true, OR: false };

function tightestOf(parts: readonly Part[], name: keyof SessionRuleValues, place: Place): string {
  const word = tighter[name];
  if (word === 'AND' || word === 'OR')
    return `(${parts.map(({ condition, value }) => flagged(condition, value === true, word)).join(` ${word} `)})`;
  const placed = (value: Part['value']) =>
    name.endsWith('Seconds')
      ? place(value === null ? null : `${value} seconds`, 'interval')
      : place(value, 'int');
  const amounts = parts.map(({ condition, value }) => whenever(condition, placed(value)));
  return `${word}(${amounts.join(', ')})`;
}

function remembering<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** LEAST and GREATEST pass over nulls: no value where the condition does not hold, and no limit where there is none. */
function whenever(condition: string | null, value: string): string {
  return condition === null ? value : `CASE WHEN ${condition} THEN ${value} END`;
}

function flagged(condition: string | null, value: boolean, word: 'AND' | 'OR'): string {
  if (condition === null) return String(value);
  return `(${condition}) IS ${word === 'AND' ? 'NOT ' : ''}TRUE`;
}

interface Telling {
  readonly place: Place;
  /** The column that says whether a user meets a condition. */
  told(condition: string): string;
}

/** Whether a condition cannot hold for such a row, whatever is in it. */
function isOutOfReach(when: PolicyCondition, row: RuledRow): boolean {
  if (row === 'grant') return false;
  if (row === 'session') return when.client !== undefined;
  const isRisky = ![when.riskLevel ?? 'low'].flat().includes('low');
  return when.client !== undefined || when.deviceClass !== undefined || isRisky;
}

function conditionInSql(when: PolicyCondition, row: RuledRow, { place, told }: Telling): string {
  const isNewcomer = row === 'user';
  const parts: string[] = [];
  const anyOf = (column: string, wanted: string | readonly string[] | undefined, type: string) => {
    if (wanted !== undefined) parts.push(`${column} = ANY (${place([wanted].flat(), type)})`);
  };
  anyOf(isNewcomer ? 'u.id' : 's.user_id', when.user, 'uuid[]');
  if (!isNewcomer) anyOf('s.device_class', when.deviceClass, 'text[]');
  if (!isNewcomer) anyOf('s.risk_level', when.riskLevel, 'text[]');
  anyOf('g.client_id', when.client, 'text[]');
  if (when.role !== undefined) parts.push(told(`u.roles && ${place([when.role].flat(), 'text[]')}`));
  if (when.group !== undefined) parts.push(told(`u.groups && ${place([when.group].flat(), 'text[]')}`));
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

/** Few users have a role or a group that a policy names: only these are joined, however many there are. */
function joinOf(marks: readonly string[]): string {
  if (marks.length === 0) return '';
  return `LEFT JOIN (
      SELECT u.id, ${marks.map((mark, at) => `${mark} AS c${at}`).join(', ')} FROM users u
      WHERE u.tenant_id = $1 AND (${marks.join(' OR ')})
    ) m ON m.id = s.user_id`;
}
