import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PresetName, presetNames } from '@argus/contract';
import { presetPolicy, presets } from '@argus/core';

const minutes = 60;
const hours = 3_600;
const days = 86_400;

interface Row {
  readonly idle: number | null;
  readonly absolute: number;
  readonly lock: readonly [failures: number, seconds?: number];
  readonly concurrent: number | null;
  /** By itself, and beside a second factor; null: no passwords. */
  readonly password: readonly [alone: number, withSecond: number] | null;
  readonly factor: 'optional' | 'required' | 'phishing-resistant' | 'hardware';
}

const ours: Row = {
  idle: 30 * minutes,
  absolute: 12 * hours,
  lock: [10],
  concurrent: 5,
  password: [15, 8],
  factor: 'required',
};

/** The table of numbers, row by row. */
const rows: Readonly<Record<PresetName, Row>> = {
  balanced: { ...ours, lock: [10, 15 * minutes], concurrent: 10, factor: 'optional' },
  relaxed: {
    idle: 8 * hours,
    absolute: 30 * days,
    lock: [20, 5 * minutes],
    concurrent: null,
    password: [12, 8],
    factor: 'optional',
  },
  strict: { ...ours, idle: 15 * minutes, absolute: 8 * hours, lock: [10, 30 * minutes], concurrent: 3 },
  'pci-dss': { ...ours, idle: 15 * minutes, lock: [10, 30 * minutes], password: [12, 12] },
  hipaa: { ...ours, idle: 15 * minutes, lock: [10, 30 * minutes] },
  'nist-aal1': {
    ...ours,
    idle: null,
    absolute: 30 * days,
    lock: [100],
    concurrent: null,
    factor: 'optional',
  },
  'nist-aal2': { ...ours, idle: hours, absolute: 24 * hours, lock: [100], concurrent: null },
  'nist-aal3': {
    ...ours,
    idle: 15 * minutes,
    lock: [100],
    concurrent: null,
    password: null,
    factor: 'hardware',
  },
  'fedramp-moderate': {
    ...ours,
    idle: 15 * minutes,
    lock: [100],
    concurrent: null,
    password: [14, 14],
    factor: 'phishing-resistant',
  },
  'fedramp-high': {
    ...ours,
    idle: 15 * minutes,
    lock: [100],
    concurrent: 2,
    password: [14, 14],
    factor: 'hardware',
  },
  soc2: ours,
  iso27001: ours,
  gdpr: ours,
  'asvs-l1': { ...ours, lock: [10, 15 * minutes], concurrent: 10, factor: 'optional' },
  'asvs-l2': { ...ours, lock: [10, 15 * minutes], concurrent: 10 },
  'asvs-l3': {
    ...ours,
    idle: 15 * minutes,
    absolute: 8 * hours,
    lock: [10, 15 * minutes],
    concurrent: 10,
    factor: 'hardware',
  },
};

for (const name of presetNames) {
  test(`${name} has the numbers of its row`, () => {
    const { session, authentication } = presetPolicy(name);
    const { factors, password, lockout, passkey } = authentication;
    const row = rows[name];
    assert.equal(session.idleSeconds, row.idle);
    assert.equal(session.absoluteSeconds, row.absolute);
    assert.equal(lockout.failures, row.lock[0]);
    if (row.lock[1] !== undefined) assert.equal(lockout.seconds, row.lock[1]);
    assert.equal(session.concurrent.max, row.concurrent);
    assert.equal(factors.methods.includes('password'), row.password !== null);
    if (row.password)
      assert.deepEqual([password.minLength, password.minLengthWithSecondFactor], row.password);
    assert.equal(factors.required, row.factor === 'optional' ? 1 : 2);
    const isResistant = row.factor === 'phishing-resistant' || row.factor === 'hardware';
    assert.equal(factors.isPhishingResistant, isResistant);
    assert.equal(!passkey.isBackupEligible && passkey.attestation === 'verified', row.factor === 'hardware');
  });
}

const strict: readonly PresetName[] = [
  'strict',
  'asvs-l2',
  'asvs-l3',
  'pci-dss',
  'nist-aal3',
  'fedramp-moderate',
  'fedramp-high',
];

test('the strict presets give no second chance for a lost answer and sign with 3072 bits', () => {
  for (const name of presetNames) {
    const { tokens } = presetPolicy(name);
    const isStrict = strict.includes(name);
    assert.equal(tokens.refresh.retryWindowSeconds, isStrict ? 0 : 10, name);
    assert.equal(tokens.rsaBits, isStrict ? 3_072 : 2_048, name);
  }
});

test('nobody stays signed in for longer under a preset that bears the name of a standard', () => {
  for (const name of presetNames) {
    const { isAllowed } = presetPolicy(name).session.rememberMe;
    assert.equal(isAllowed, name === 'balanced' || name === 'relaxed', name);
  }
  const { rememberMe } = presetPolicy('relaxed').session;
  assert.deepEqual([rememberMe.idleSeconds, rememberMe.absoluteSeconds], [30 * days, 90 * days]);
});

test('only the PCI preset has rules of composition and a history, and idle accounts end in three', () => {
  for (const name of presetNames) {
    const { authentication, accounts } = presetPolicy(name);
    const { composition, history } = authentication.password;
    assert.deepEqual(
      [composition, history],
      name === 'pci-dss' ? ['letters-and-digits', 4] : ['none', 0],
      name,
    );
    const idleDays = { 'pci-dss': 90, 'fedramp-moderate': 90, 'fedramp-high': 35 }[name as string] ?? null;
    assert.equal(accounts.disableIdleSeconds, idleDays && idleDays * days, name);
  }
});

test('asvs-l3 takes only confidential clients with pushed requests and bound tokens', () => {
  for (const name of presetNames) {
    const isThird = name === 'asvs-l3';
    assert.deepEqual(presetPolicy(name).clients, {
      requirePar: isThird,
      requireDpop: isThird,
      confidentialOnly: isThird,
    });
  }
});

test('whatever is a number of a standard names where it is from', () => {
  for (const name of presetNames) {
    const preset = presets[name];
    assert.equal(preset.name, name);
    if (preset.isFloor) assert.ok(Object.keys(preset.sources).length > 0, name);
  }
});
