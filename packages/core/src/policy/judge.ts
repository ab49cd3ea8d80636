import type { PolicyDocument } from '@argus/contract';
import type { Mistake } from '../oauth/client-mistakes.ts';
import { isAsTight, orders } from './orders.ts';
import { presets } from './presets/index.ts';
import { baseOf, type Ruled, tightest } from './resolve.ts';
import { mayBeSaidFor } from './seen-by-strangers.ts';
import { type PolicyValue, type Values, valuesOf } from './settings.ts';

/** What speaks against a document, at the path where it stands. Its form and its ranges were read before. */
export function policyMistakes(document: PolicyDocument): Mistake[] {
  const { overrides, preset: _, ...settings } = document;
  const own = valuesOf(settings);
  return [
    ...floorMistakes(document, own, ''),
    ...contradictions(baseOf(document), own, ''),
    ...overrides.flatMap((override, at) => {
      const place = `overrides.${at}.set.`;
      const values = valuesOf(override.set);
      return [
        ...(values.size === 0 ? [{ path: `overrides.${at}.set`, message: 'sets nothing' }] : []),
        ...[...values.keys()]
          .filter((path) => orders[path] === 'none')
          .map((path) => ({ path: place + path, message: 'can be set for the tenant as a whole only' })),
        ...[...values.keys()]
          .filter((path) => !mayBeSaidFor(override.when, path))
          .map((path) => ({
            path: place + path,
            message:
              'would show strangers whom it is for: can be set for everybody and for device classes only',
          })),
        ...floorMistakes(document, values, place),
        ...contradictions(tightest(baseOf(document), [layerOf(values)]), values, place),
      ];
    }),
    ...clashes(document),
  ];
}

/** What can be applied but does not do what its author may think. */
export function policyWarnings(document: PolicyDocument): Mistake[] {
  const { overrides, preset: _, ...settings } = document;
  return [
    ...idleKeys(valuesOf(settings), ''),
    ...overrides.flatMap(({ set }, at) => idleKeys(valuesOf(set), `overrides.${at}.set.`)),
    ...withoutEffect(document),
  ];
}

/** Keys that are read and kept, and that nothing acts on yet. */
const notYet: readonly { readonly path: RegExp; readonly unless: readonly PolicyValue[] }[] = [
  { path: /^devices\./, unless: [] },
  { path: /^risk\./, unless: [] },
  { path: /^session\.onContextChange\.(country|asn)$/, unless: ['ignore'] },
  // Another device ends the session, whatever is said.
  { path: /^session\.onContextChange\.device$/, unless: ['end'] },
  { path: /^session\.binding$/, unless: ['none', 'preferred'] },
  { path: /^audit\.retainDays$/, unless: [] },
];

function idleKeys(values: Values, place: string): Mistake[] {
  return [...values]
    .filter(([key, value]) => notYet.some(({ path, unless }) => path.test(key) && !unless.includes(value)))
    .map(([key]) => ({ path: place + key, message: 'is kept, but nothing acts on it yet' }));
}

/** Rules for some that are no tighter than what holds for all. */
function withoutEffect(document: PolicyDocument): Mistake[] {
  const base = baseOf(document);
  return document.overrides.flatMap((override, at) =>
    [...valuesOf(override.set)].flatMap(([path, value]) => {
      const before = base.get(path);
      const order = orders[path];
      if (!before || order === undefined || isAsTight(order, value, before.value)) return [];
      const message = `has no effect: ${told(before.value)} holds for everybody, and the tightest value wins`;
      return [{ path: `overrides.${at}.set.${path}`, message }];
    }),
  );
}

/** A preset that bears the name of a standard is kept where the standard has a number. */
function floorMistakes({ preset }: PolicyDocument, values: Values, place: string): Mistake[] {
  const { isFloor, sources, name } = presets[preset];
  if (!isFloor) return [];
  const floors = baseOf({ preset, overrides: [] });
  return [...values].flatMap(([path, value]) => {
    const floor = floors.get(path);
    const order = orders[path];
    const source = sources[path];
    if (!floor || order === undefined || source === undefined) return [];
    if (isAsTight(order, value, floor.value)) return [];
    return [
      { path: place + path, message: `is looser than ${name} allows: ${told(floor.value)} (${source})` },
    ];
  });
}

interface Contradiction {
  readonly path: string;
  readonly message: string;
  holds(value: (path: string) => PolicyValue): boolean;
}

const number = (value: PolicyValue) => (value === null ? Number.POSITIVE_INFINITY : Number(value));
const includes = (value: PolicyValue, one: string) => Array.isArray(value) && value.includes(one);

const impossible: readonly Contradiction[] = [
  {
    path: 'session.idleMinutes',
    message: 'is longer than the session may live (session.absoluteHours)',
    holds: (value) =>
      value('session.idleMinutes') !== null &&
      number(value('session.idleMinutes')) > number(value('session.absoluteHours')) * 60,
  },
  {
    path: 'session.rememberMe.idleDays',
    message: 'is longer than the session may live (session.rememberMe.absoluteDays)',
    holds: (value) =>
      number(value('session.rememberMe.idleDays')) > number(value('session.rememberMe.absoluteDays')),
  },
  {
    path: 'authentication.password.minLengthWithSecondFactor',
    message: 'is longer than what a password alone must have (minLength)',
    holds: (value) =>
      number(value('authentication.password.minLengthWithSecondFactor')) >
      number(value('authentication.password.minLength')),
  },
  {
    path: 'authentication.password.minLength',
    message: 'is longer than a password may be (maxLength)',
    holds: (value) =>
      number(value('authentication.password.minLength')) > number(value('authentication.password.maxLength')),
  },
  {
    path: 'authentication.factors.methods',
    message: 'leaves no way to sign in',
    holds: (value) =>
      !['password', 'passkey', 'federated'].some((kind) =>
        includes(value('authentication.factors.methods'), kind),
      ),
  },
  {
    path: 'authentication.factors.methods',
    message: 'must include passkey, for phishing-resistant sign-in is demanded',
    holds: (value) =>
      value('authentication.factors.phishingResistant') === true &&
      !includes(value('authentication.factors.methods'), 'passkey'),
  },
  {
    path: 'authentication.factors.methods',
    message: 'must include passkey or totp, for two factors are demanded',
    holds: (value) =>
      value('authentication.factors.required') === 2 &&
      !['passkey', 'totp'].some((kind) => includes(value('authentication.factors.methods'), kind)),
  },
];

/** Only what the judged layer itself sets is held against it, and at the place where it does. */
function contradictions(rules: ReadonlyMap<string, Ruled>, own: Values, place: string): Mistake[] {
  const value = (path: string) => rules.get(path)?.value ?? null;
  return impossible
    .filter(({ path, holds }) => isAbout(path, own) && holds(value))
    .map(({ path, message }) => {
      const at = [path, ...(partners[path] ?? [])].find((each) => own.has(each)) ?? path;
      return { path: place + at, message: at === path ? message : `${path} ${message}` };
    });
}

/** The keys that may make a contradiction of a path. */
const partners: Readonly<Record<string, readonly string[]>> = {
  'session.idleMinutes': ['session.absoluteHours'],
  'session.rememberMe.idleDays': ['session.rememberMe.absoluteDays'],
  'authentication.password.minLengthWithSecondFactor': ['authentication.password.minLength'],
  'authentication.password.minLength': ['authentication.password.maxLength'],
  'authentication.factors.methods': [
    'authentication.factors.required',
    'authentication.factors.phishingResistant',
  ],
};

function isAbout(path: string, own: Values): boolean {
  return own.has(path) || (partners[path] ?? []).some((partner) => own.has(partner));
}

/** Two overrides may hold for one person: what they leave together must be possible too. */
function clashes({ overrides, ...rest }: PolicyDocument): Mistake[] {
  const base = baseOf({ ...rest, overrides: [] });
  const layers = overrides
    .map((override, at) => ({ at, ...layerOf(valuesOf(override.set)) }))
    .filter(({ values }) => isAbout('authentication.factors.methods', values));
  return layers.flatMap((second, place) =>
    layers.slice(0, place).flatMap((first) => {
      const together = tightest(base, [first, second]);
      const alone = [first, second].some((one) => hasNoWayIn(tightest(base, [one])));
      if (alone || !hasNoWayIn(together)) return [];
      const path = `overrides.${second.at}.set.authentication.factors`;
      return [
        { path, message: `leaves no way to sign in where overrides.${first.at} holds for the same person` },
      ];
    }),
  );
}

function hasNoWayIn(rules: ReadonlyMap<string, Ruled>): boolean {
  const value = (path: string) => rules.get(path)?.value ?? null;
  return impossible.some(({ path, holds }) => path === 'authentication.factors.methods' && holds(value));
}

function layerOf(values: Values) {
  return { values, rule: { layer: 'tenant' } as const };
}

function told(value: PolicyValue): string {
  if (value === null) return 'no limit';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
